// Makes namespaces with unshare(2) and leaves the links in them to ip(8).
#include "tests/support/network_namespace.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace leasehold::test {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error{errno, std::system_category(), std::string{what} + " (tests need root)"};
}

int open_current() {
    return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

}  // namespace

NetworkNamespace::NetworkNamespace() {
    int number = 0;
    // A thread of its own, so that this one stays where it is; the descriptor keeps the namespace alive.
    std::thread{[&] {
        if (unshare(CLONE_NEWNET) != 0 || (fd_ = open_current()) < 0) number = errno;
    }}.join();
    if (number != 0) {
        errno = number;
        fail("making a network namespace");
    }
    ip("link set lo up");
}

NetworkNamespace::~NetworkNamespace() {
    close(fd_);
}

NetworkNamespace::Scope::Scope(const NetworkNamespace& entered) : outer_{open_current()} {
    if (outer_ < 0 || setns(entered.fd_, CLONE_NEWNET) != 0) fail("entering a network namespace");
}

NetworkNamespace::Scope::~Scope() {
    // Staying in the wrong namespace would make every later result meaningless.
    if (setns(outer_, CLONE_NEWNET) != 0) std::abort();
    close(outer_);
}

void NetworkNamespace::ip(std::string_view arguments) const {
    const auto scope = enter();  // a child process inherits the namespace of the thread that starts it
    const auto command = "ip " + std::string{arguments};
    if (std::system(command.c_str()) != 0)
        throw std::runtime_error{"failed in a network namespace: " + command};
}

std::string NetworkNamespace::path() const {
    return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd_);
}

void connect(const NetworkNamespace& a, std::string_view name_a, const NetworkNamespace& b,
             std::string_view name_b) {
    const std::string first{name_a}, second{name_b};
    a.ip("link add " + first + " type veth peer name " + second + " netns " + b.path());
    a.ip("link set " + first + " up");
    b.ip("link set " + second + " up");
}

}  // namespace leasehold::test
