// Network namespaces for tests with real sockets: links that exist nowhere else and vanish with the test.
// Needs the rights of root (CAP_SYS_ADMIN, CAP_NET_ADMIN); without them everything here throws, nothing is
// skipped.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace leasehold::test {

/// A network namespace of its own, with its loopback interface up. It lives as long as this object and the
/// sockets that were opened in it.
class NetworkNamespace {
public:
    /// @throw std::system_error
    NetworkNamespace();
    NetworkNamespace(const NetworkNamespace&) = delete;
    NetworkNamespace& operator=(const NetworkNamespace&) = delete;
    ~NetworkNamespace();

    /// Puts the calling thread into the namespace until the end of the scope: sockets opened meanwhile belong
    /// to it.
    class [[nodiscard]] Scope {
    public:
        explicit Scope(const NetworkNamespace& entered);
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
        ~Scope();

    private:
        int outer_;
    };
    Scope enter() const { return Scope{*this}; }

    /// Calls `make()` inside and returns what it returns.
    template <class Make>
    auto in(Make&& make) const {
        const Scope scope{*this};
        return std::forward<Make>(make)();
    }

    /// Runs "ip ARGUMENTS" inside.
    /// @throw std::runtime_error with the command when it fails
    void ip(std::string_view arguments) const;

    /// A name for this namespace that ip(8) understands in "link set ... netns NAME".
    std::string path() const;

private:
    int fd_ = -1;
};

/// Links two namespaces as by a cable: interface `name_a` in `a`, `name_b` in `b`, both up and without
/// address.
void connect(const NetworkNamespace& a, std::string_view name_a, const NetworkNamespace& b,
             std::string_view name_b);

}  // namespace leasehold::test
