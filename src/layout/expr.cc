// See expr.h.
#include "layout/expr.h"

#include <bit>

namespace gold {

u64 align_to(u64 value, u64 align) {
  if (align <= 1)
    return value;
  u64 rest = value % align;
  return rest ? value + (align - rest) : value;
}

namespace {

class Evaluator {
public:
  explicit Evaluator(ExprContext &c) : context_(c) {}
  bool uses_dot = false;

  Value eval(const Expr &e) {
    switch (e.op) {
    case ExprOp::Number:
      return plain_number(e.number);
    case ExprOp::Dot:
      return from_address(context_.dot);
    case ExprOp::Symbol: {
      Value v = context_.symbol(e.name, e.at);
      if (v.kind == Value::Absolute && inside())
        v.kind = Value::Number;
      return v;
    }
    case ExprOp::Conditional: {
      Value v = eval(*e.a);
      if (!v.ok)
        return v;
      return eval(v.number ? *e.b : *e.c);
    }
    case ExprOp::Negate:
    case ExprOp::Not:
    case ExprOp::Complement: {
      Value v = eval(*e.a);
      v.number = e.op == ExprOp::Negate ? 0 - v.number : e.op == ExprOp::Not ? !v.number : ~v.number;
      return v;
    }
    default:
      return e.op <= ExprOp::Or ? binary(e) : function(e);
    }
  }

private:
  bool inside() const { return context_.current || context_.sane; }
  Value plain_number(u64 n) const { return inside() ? Value::plain(n) : Value::absolute(n); }
  Value from_address(u64 a) {
    uses_dot = true;
    return context_.current ? Value::relative(*context_.current, a - context_.current->addr)
                            : Value::absolute(a);
  }
  Value failed(const Expr &e, const std::string &what) {
    context_.error(e.at, what);
    return {};
  }
  static void make_absolute(Value &v) {
    v.number = v.address();
    v.section = nullptr;
    v.kind = Value::Absolute;
  }

  // Brings both to one section, or to plain addresses. True if one of them was just a number.
  static bool unify(Value &l, Value &r) {
    if (l.kind == Value::Number || r.kind == Value::Number) {
      bool both = l.kind == r.kind;
      if (l.kind == Value::Number) {
        l.kind = r.kind;
        l.section = r.section;
      } else {
        r.kind = l.kind;
        r.section = l.section;
      }
      return !both;
    }
    if (l.kind != r.kind || l.section != r.section) {
      make_absolute(l);
      make_absolute(r);
    }
    return false;
  }
  // What an operation on two values of one section gives.
  void set_kind(Value &v, bool one_was_number) const {
    if (one_was_number)
      return;
    v.section = nullptr;
    v.kind = inside() ? Value::Number : Value::Absolute;
  }

  Value binary(const Expr &e) {
    Value l = eval(*e.a);
    // Nothing is evaluated that C would not evaluate: `DEFINED(x) && x > 3`.
    if (l.ok && ((e.op == ExprOp::And && !l.number) || (e.op == ExprOp::Or && l.number)))
      return Value::plain(e.op == ExprOp::Or);
    Value r = eval(*e.b);
    if (!l.ok || !r.ok)
      return {};
    bool number = unify(l, r);
    Value v = l;
    u64 a = l.number, b = r.number;
    switch (e.op) {
    case ExprOp::Multiply:
      v.number = a * b;
      break;
    case ExprOp::Divide:
    case ExprOp::Modulo: {
      if (b == 0)
        return failed(e, e.op == ExprOp::Divide ? "division by zero" : "modulo by zero");
      i64 x = static_cast<i64>(a), y = static_cast<i64>(b);
      if (y == -1) // INT64_MIN / -1 has no result of its own
        v.number = e.op == ExprOp::Divide ? 0 - a : 0;
      else
        v.number = static_cast<u64>(e.op == ExprOp::Divide ? x / y : x % y);
      break;
    }
    case ExprOp::Add:
      v.number = a + b;
      break;
    case ExprOp::Subtract:
      v.number = a - b;
      break;
    case ExprOp::ShiftLeft:
      v.number = b < 64 ? a << b : 0;
      break;
    case ExprOp::ShiftRight:
      v.number = b < 64 ? a >> b : 0;
      break;
    case ExprOp::BitAnd:
      v.number = a & b;
      break;
    case ExprOp::BitXor:
      v.number = a ^ b;
      break;
    case ExprOp::BitOr:
      v.number = a | b;
      break;
    default:
      return Value::plain(compare(e.op, a, b));
    }
    set_kind(v, number);
    return v;
  }

  static bool compare(ExprOp op, u64 a, u64 b) {
    switch (op) {
    case ExprOp::Less:
      return a < b;
    case ExprOp::LessEqual:
      return a <= b;
    case ExprOp::Greater:
      return a > b;
    case ExprOp::GreaterEqual:
      return a >= b;
    case ExprOp::Equal:
      return a == b;
    case ExprOp::NotEqual:
      return a != b;
    case ExprOp::And:
      return a && b;
    default:
      return a || b;
    }
  }

  OutputSection *section(const Expr &e) { return context_.section(e.name); }

  Value function(const Expr &e) {
    switch (e.op) {
    case ExprOp::Addr: {
      OutputSection *o = section(e);
      return o ? Value::relative(*o, 0)
               : failed(e, "undefined section `" + std::string(e.name) + "' referenced in expression");
    }
    case ExprOp::LoadAddr: {
      OutputSection *o = section(e);
      return o ? Value::absolute(o->lma)
               : failed(e, "undefined section `" + std::string(e.name) + "' referenced in expression");
    }
    case ExprOp::SizeOf: {
      OutputSection *o = section(e);
      return Value::plain(o ? o->size : 0);
    }
    case ExprOp::AlignOf: {
      OutputSection *o = section(e);
      return Value::plain(o && !o->dropped ? o->align : 0);
    }
    case ExprOp::Defined:
      return Value::plain(context_.is_defined(e.name));
    case ExprOp::SizeOfHeaders:
      return Value::plain(context_.header_size());
    case ExprOp::Constant: {
      std::optional<u64> v = context_.constant(e.name);
      return v ? Value::plain(*v) : failed(e, "unknown constant `" + std::string(e.name) + "'");
    }
    case ExprOp::Origin:
    case ExprOp::Length: {
      const MemoryRegion *r = context_.region(e.name);
      if (!r)
        return failed(e, "region `" + std::string(e.name) + "' is not declared");
      return e.op == ExprOp::Origin ? from_address(r->origin) : Value::plain(r->length);
    }
    case ExprOp::SegmentStart:
      if (std::optional<u64> v = context_.segment_start(e.name))
        return from_address(*v);
      return eval(*e.a);
    default:
      return arithmetic_function(e);
    }
  }

  Value arithmetic_function(const Expr &e) {
    Value a = eval(*e.a);
    Value b = e.b ? eval(*e.b) : Value::plain(0);
    if (!a.ok || !b.ok)
      return {};
    switch (e.op) {
    case ExprOp::Absolute:
      make_absolute(a);
      return a;
    case ExprOp::Align:
      if (!e.b)
        return from_address(align_to(context_.dot, a.address()));
      unify(a, b);
      a.number = align_to(a.number, b.number);
      return a;
    case ExprOp::Next:
      return from_address(align_to(context_.dot, a.address()));
    case ExprOp::Max:
    case ExprOp::Min: {
      unify(a, b);
      bool first = e.op == ExprOp::Max ? a.number > b.number : a.number < b.number;
      return first ? a : b;
    }
    case ExprOp::Log2Ceil:
      return Value::plain(a.number <= 1 ? 0 : 64 - static_cast<u64>(std::countl_zero(a.number - 1)));
    case ExprOp::Assert:
      if (!a.number)
        context_.error(e.at, std::string(e.name));
      return a;
    case ExprOp::DataSegmentAlign:
      return from_address(context_.data_segment_align(a.address(), b.address()));
    case ExprOp::DataSegmentRelroEnd:
      return from_address(context_.data_segment_relro_end(a.number, b.address()));
    case ExprOp::DataSegmentEnd:
      return from_address(context_.data_segment_end(a.address()));
    default:
      return {};
    }
  }

  ExprContext &context_;
};

} // namespace

Evaluation evaluate(ExprContext &context, const Expr &e) {
  Evaluator evaluator(context);
  Value v = evaluator.eval(e);
  return {v, evaluator.uses_dot};
}

} // namespace gold
