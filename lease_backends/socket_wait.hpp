// Waiting for a database's socket, with a deadline and with somebody who may end the wait from outside.
#pragma once

#include <chrono>
#include <cstdint>

#include "dhcp/lease_store.hpp"

namespace leasehold {

/// Ends waits from any thread. Once called off it stays so until renew().
class Canceller {
public:
    Canceller();
    ~Canceller();
    Canceller(const Canceller&) = delete;
    Canceller& operator=(const Canceller&) = delete;

    void cancel() noexcept;
    void renew() noexcept;
    bool cancelled() const noexcept;
    int descriptor() const { return descriptor_; }  // readable when cancelled

private:
    int descriptor_ = -1;
};

enum class Waited : std::uint8_t { ready, deadline, cancelled, failed };

struct Wanted {
    bool read = false;
    bool write = false;
};
struct WaitEnd {
    Waited outcome = Waited::failed;
    Wanted ready;  // an error or hang-up of the socket counts as both
};
WaitEnd wait_for_socket(int socket, Wanted wanted, Deadline deadline, const Canceller& canceller);

/// Keep-alive probes and TCP_USER_TIMEOUT, so that a peer behind a dead network is noticed in `user_timeout`
/// whether something is in flight or not; nothing on a local socket. Measured in docs/backends.md.
void notice_dead_peer(int socket, std::chrono::milliseconds user_timeout);

}  // namespace leasehold
