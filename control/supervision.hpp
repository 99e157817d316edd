// What the supervisor is told: systemd, or any other that reads the datagrams of its notification protocol
// (sd_notify, spoken here without libsystemd). Ready, reloading, stopping, the state in words, and signs of
// life from the loop. Nothing waits for the supervisor, and without one nothing happens here.
//
// Not here: how the process ends (shutdown), exit codes (dhcp/exit_code.hpp).
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/server.hpp"

namespace leasehold {

class Configuration;

/// How the supervisor can be reached and what it expects.
struct SupervisorContact {
    std::string socket;                      // a path, or '@' and an abstract name; "": there is nobody
    std::chrono::microseconds watchdog_max;  // between two signs of life; 0: none are expected
};
/// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and removes them, so that no child speaks in our name.
/// Before threads start: the environment has no lock.
SupervisorContact take_supervisor_contact();

/// Sends datagrams to a socket that may be missing, come later, or be full. Never waits.
class NotifySocket {
public:
    explicit NotifySocket(std::string name) : name_{std::move(name)} {}
    ~NotifySocket();
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    const std::string& name() const { return name_; }
    /// @return 0, or the errno that says why it was not taken
    int send(std::string_view text);

private:
    std::string name_;
    int descriptor_ = -1;
};

/// What decides over readiness and what the words of the status are made from, of one server.
struct SupervisedState {
    std::string_view name = {};      // told where there are several
    bool waits_for_backend = false;  // retry-on-startup: ready before the database is
    ServiceState service;
    BackendStatus backend;
};
/// One line of printable ASCII: "closed; lease database waiting, attempt 2 of 10, next in 1 s: the lease
/// database
/// ... cannot be used". Pure.
std::string status_words(const SupervisedState& state, std::chrono::steady_clock::time_point now);

struct SupervisionIntervals {
    std::chrono::milliseconds extend{5000};  // looks at how far the start has come
    std::chrono::milliseconds repeat{1000};  // tries again what the socket did not take
};

/// Loop thread only.
class Supervision {
public:
    Supervision(boost::asio::io_context& loop, SupervisorContact contact,
                SupervisionIntervals intervals = {});

    /// From here on the configuration is in use and the control socket listens: the server is ready once its
    /// backend serves, or at once if it may wait for it. Of several servers, the process is ready when all are;
    /// each is followed before the first of them starts.
    void follow(std::function<SupervisedState()> look);
    /// Service or backend may have changed.
    void changed();
    void reload_begins();
    /// Whatever became of it: the supervisor waits for this.
    void reload_ends();
    void stopping(const std::string& reason);

private:
    bool is_silent() const { return socket_.name().empty(); }
    void send_signs_of_life();
    void extend_start();
    void tell_ready();
    std::string words() const;
    void tell(std::string text);
    void tell_status(const std::string& words);
    bool send(std::string_view text);
    void repeat_later();

    NotifySocket socket_;
    std::chrono::microseconds watchdog_max_;
    SupervisionIntervals intervals_;
    boost::asio::steady_timer watchdog_timer_, extend_timer_, repeat_timer_;
    std::vector<std::function<SupervisedState()>> looks_;
    std::deque<std::string> owed_;  // in order; what must not be lost
    std::string words_told_;
    std::uint64_t rows_seen_ = 0;  // of all
    std::size_t reloads_ = 0;      // under way
    bool ready_ = false, stopping_ = false, repeating_ = false, complained_ = false;
};

/// Connects what is told with those who know of one server.
void supervise(Supervision& supervision, std::string_view name, Server& server, Configuration& configuration);

}  // namespace leasehold
