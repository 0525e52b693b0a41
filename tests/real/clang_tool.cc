// A tool built on clang's and LLVM's libraries: compiles the C function `f` of a text, in memory, and calls it.
// What such a program links statically is as large as programs commonly get.
#include <clang/Basic/Diagnostic.h>
#include <clang/CodeGen/CodeGenAction.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/CompilerInvocation.h>
#include <clang/Lex/PreprocessorOptions.h>
#include <cstdio>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/TargetParser/Host.h>
#include <memory>

int main() {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  const char *source = "int f(int n) { int s = 0; for (int i = 1; i <= n; ++i) s += i * i; return s; }\n";
  std::string triple = llvm::sys::getProcessTriple();
  const char *args[] = {"-triple", triple.c_str(), "-O2", "-x", "c", "f.c"};

  clang::CompilerInstance compiler;
  compiler.createDiagnostics();
  if (!clang::CompilerInvocation::CreateFromArgs(compiler.getInvocation(), args, compiler.getDiagnostics()))
    return 1;
  compiler.getPreprocessorOpts().addRemappedFile("f.c", llvm::MemoryBuffer::getMemBuffer(source).release());

  auto context = std::make_unique<llvm::LLVMContext>();
  clang::EmitLLVMOnlyAction action(context.get());
  if (!compiler.ExecuteAction(action))
    return 2;
  std::unique_ptr<llvm::Module> module = action.takeModule();

  auto jit = llvm::orc::LLJITBuilder().create();
  if (!jit)
    return 3;
  if ((*jit)->addIRModule(llvm::orc::ThreadSafeModule(std::move(module), std::move(context))))
    return 4;
  auto f = (*jit)->lookup("f");
  if (!f)
    return 5;
  std::printf("%d\n", f->toPtr<int(int)>()(10));
}
