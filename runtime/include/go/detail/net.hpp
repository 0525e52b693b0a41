// net.hpp - connections, listeners, datagrams, pipes. Part of go.hpp.
#pragma once

namespace go::net {

namespace detail {
[[noreturn]] inline void fail(int e, const char *what) {
  throw std::system_error(-e, std::generic_category(), what);
}
inline long check(long r, const char *what) {
  if (r < 0)
    fail(int(r), what);
  return r;
}
struct closer {
  void operator()(go_fd *f) const { go_fd_free(f); }
};
} // namespace detail

/// Anything with a descriptor. Copies share it; the last one closes. Errors throw std::system_error with the
/// system's code; after a deadline it is std::errc::timed_out, after close() std::errc::bad_file_descriptor.
/// Calls on an object without a descriptor are misuse. Several goroutines may use one descriptor at once.
class descriptor {
public:
  descriptor() = default;
  explicit descriptor(go_fd *f) : f_(f, detail::closer()) {}
  /// Takes over a descriptor made elsewhere (pipe, socket, eventfd, file), which becomes non-blocking. When
  /// it throws, the descriptor stays the caller's.
  explicit descriptor(int fd) {
    int e;
    go_fd *f = go_fd_wrap(fd, &e);
    if (!f)
      detail::fail(e, "descriptor");
    f_.reset(f, detail::closer());
  }
  /// Closes at once, for all copies; calls that wait on it fail with bad_file_descriptor. Again: nothing.
  void close() { go_fd_close(f_.get()); }
  /// The system's number of it; -1 when closed.
  int native_handle() const { return go_fd_number(f_.get()); }
  /// From t on, calls that would wait throw timed_out, those that wait already, too. time_point::max(): no
  /// deadline. Holds until set anew.
  void set_deadline(time_point t) { set(3, t); }
  /// The same for calls that read or accept.
  void set_read_deadline(time_point t) { set(1, t); }
  /// The same for calls that write.
  void set_write_deadline(time_point t) { set(2, t); }
  /// Whether there is a descriptor.
  explicit operator bool() const { return bool(f_); }

protected:
  void set(int which, time_point t) {
    detail::check(go_fd_set_deadline(f_.get(), which, go::detail::deadline(t)), "deadline");
  }
  std::string addr(int peer) const {
    char b[160];
    detail::check(go_net_address(f_.get(), peer, b, sizeof b), "address");
    return b;
  }
  std::shared_ptr<go_fd> f_;
};

/// A stream of bytes.
class conn : public descriptor {
public:
  using descriptor::descriptor;
  /// Parks the goroutine until there is at least one byte, and reads what there is; 0 at the end of the
  /// stream.
  std::size_t read(void *p, std::size_t n) {
    return std::size_t(detail::check(go_fd_read(f_.get(), p, n), "read"));
  }
  /// Exactly n bytes, parking the goroutine as long as it takes; throws connection_aborted when the stream
  /// ends before.
  void read_full(void *p, std::size_t n) {
    for (std::size_t k = 0; k < n;) {
      std::size_t r = read(static_cast<char *>(p) + k, n - k);
      if (!r)
        throw std::system_error(std::make_error_code(std::errc::connection_aborted),
                                "unexpected end of stream");
      k += r;
    }
  }
  /// Writes all n bytes, parking the goroutine while there is no room; never raises SIGPIPE. When it throws,
  /// a part may have been written.
  std::size_t write(const void *p, std::size_t n) {
    return std::size_t(detail::check(go_fd_write(f_.get(), p, n), "write"));
  }
  /// Writes all of s.
  std::size_t write(std::string_view s) { return write(s.data(), s.size()); }
  /// The peer reads the end of the stream; reading goes on.
  void close_write() { detail::check(go_fd_shutdown(f_.get(), 1), "shutdown"); }
  /// "host:port" or a path, of this end.
  std::string local_address() const { return addr(0); }
  /// "host:port" or a path, of the other end.
  std::string remote_address() const { return addr(1); }
};

/// A listening socket.
class listener : public descriptor {
public:
  using descriptor::descriptor;
  /// Parks the goroutine until there is a connection. After too_many_files_open those that wait can still be
  /// accepted.
  conn accept() {
    int e;
    go_fd *f = go_net_accept(f_.get(), &e);
    if (!f)
      detail::fail(e, "accept");
    return conn(f);
  }
  /// Where it listens: "host:port" or a path.
  std::string address() const { return addr(0); }
};

/// A datagram socket.
class packet_conn : public descriptor {
public:
  using descriptor::descriptor;
  /// Parks the goroutine until there is a datagram: its size, cut to n, and who sent it.
  std::pair<std::size_t, std::string> read_from(void *p, std::size_t n) {
    char from[160];
    long r = detail::check(go_net_recv_from(f_.get(), p, n, from, sizeof from), "read_from");
    return {std::size_t(r), from};
  }
  /// Sends a datagram; parks the goroutine while the socket is full, and for a host name's look-up.
  std::size_t write_to(const void *p, std::size_t n, const std::string &to) {
    return std::size_t(detail::check(go_net_send_to(f_.get(), p, n, to.c_str()), "write_to"));
  }
  /// Its own address.
  std::string address() const { return addr(0); }
};

/// Listens on "tcp", "tcp4", "tcp6" (host:port; port 0: any; no host: all addresses) or "unix" (a path, or
/// @name). A host name parks as lookup_host does.
inline listener listen(const std::string &network, const std::string &address) {
  int e;
  go_fd *f = go_net_listen(network.c_str(), address.c_str(), &e);
  if (!f)
    detail::fail(e, "listen");
  return listener(f);
}
/// A bound "udp", "udp4", "udp6" or "unixgram" socket; addresses as listen has them.
inline packet_conn listen_packet(const std::string &network, const std::string &address) {
  int e;
  go_fd *f = go_net_listen(network.c_str(), address.c_str(), &e);
  if (!f)
    detail::fail(e, "listen_packet");
  return packet_conn(f);
}
/// Connects, trying the addresses of a name in turn; parks the goroutine until connected, refused
/// (connection_refused) or late (timed_out; `until` does not hold for the look-up of a name). Throws the
/// first address's error.
inline conn dial(const std::string &network, const std::string &address,
                 time_point until = time_point::max()) {
  int e;
  go_fd *f = go_net_dial(network.c_str(), address.c_str(), go::detail::deadline(until), &e);
  if (!f)
    detail::fail(e, "dial");
  return conn(f);
}
/// As dial, for at most d; then throws timed_out.
template <typename R, typename Q>
conn dial_timeout(const std::string &network, const std::string &address,
                  const std::chrono::duration<R, Q> &d) {
  return dial(network, address, time_point(std::chrono::nanoseconds(go::detail::after(d))));
}
/// The addresses of a host name; parks the goroutine. Throws no_such_file_or_directory: no such name or no
/// address; resource_unavailable_try_again: for now; timed_out, connection_refused: no server answered.
inline std::vector<std::string> lookup_host(const std::string &host) {
  std::vector<char> b(8192);
  detail::check(go_net_lookup(host.c_str(), b.data(), b.size()), "lookup");
  std::vector<std::string> v;
  std::string_view s(b.data());
  while (!s.empty()) {
    std::size_t k = std::min(s.find('\n'), s.size());
    v.emplace_back(s.substr(0, k));
    s.remove_prefix(std::min(k + 1, s.size()));
  }
  return v;
}

} // namespace go::net
