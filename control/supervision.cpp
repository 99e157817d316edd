#include "control/supervision.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <system_error>

#include "control/configuration.hpp"
#include "dhcp/log.hpp"

namespace leasehold {
namespace {

constexpr std::size_t words_size_max = 1000;
constexpr std::size_t owed_max = 16;
// A start that goes on says so in every extend interval; this is how long one may be late.
constexpr std::chrono::microseconds extension = std::chrono::seconds{30};

std::string take_variable(const char* name) {
    const char* const value = std::getenv(name);
    std::string taken = value == nullptr ? "" : value;
    unsetenv(name);
    return taken;
}

std::optional<std::int64_t> number(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string monotonic_microseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::to_string(std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000);
}

/// A status ends at a line feed, and one that is not UTF-8 is thrown away whole; a message of a database may
/// be in any encoding.
std::string one_line(std::string text) {
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
    std::ranges::replace_if(
        text, [](unsigned char c) { return c > 0x7f; }, '?');
    if (text.size() > words_size_max) text.replace(words_size_max - 3, std::string::npos, "...");
    return text;
}

/// Is something under way that ends by itself? Of rows that are loaded, that they come is the sign.
bool goes_forward(const BackendStatus& backend) {
    switch (backend.state) {
        case BackendState::connecting:  // an open that migrates is here, and takes as long as it takes
        case BackendState::checking:
        case BackendState::settling:
        case BackendState::draining: return true;
        case BackendState::loading:
        case BackendState::serving:
        case BackendState::waiting:
        case BackendState::given_up:
        case BackendState::closed: return false;
    }
    return false;
}

}  // namespace

SupervisorContact take_supervisor_contact() {
    auto socket = take_variable("NOTIFY_SOCKET");
    const auto watchdog = number(take_variable("WATCHDOG_USEC"));
    const auto process = take_variable("WATCHDOG_PID");
    const bool ours = process.empty() || number(process) == getpid();
    return {.socket = std::move(socket),
            .watchdog_max =
                std::chrono::microseconds{ours ? std::max<std::int64_t>(watchdog.value_or(0), 0) : 0}};
}

// ---------------------------------------------------------------------------------------- the socket

NotifySocket::~NotifySocket() {
    if (descriptor_ >= 0) close(descriptor_);
}

// Not connected: whoever listens under the name when something is said hears it.
int NotifySocket::send(std::string_view text) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const bool abstract = name_.starts_with('@');
    if (!abstract && !name_.starts_with('/')) return EAFNOSUPPORT;
    if (name_.size() + (abstract ? 0 : 1) > sizeof address.sun_path) return ENAMETOOLONG;
    name_.copy(address.sun_path, name_.size());
    if (abstract) address.sun_path[0] = '\0';
    const auto size = offsetof(sockaddr_un, sun_path) + name_.size() + (abstract ? 0 : 1);

    if (descriptor_ < 0) descriptor_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor_ < 0) return errno;
    const auto sent = sendto(descriptor_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size));
    return sent < 0 ? errno : 0;
}

// ----------------------------------------------------------------------------------------- the words

std::string status_words(const SupervisedState& state, std::chrono::steady_clock::time_point now) {
    const BackendStatus& backend = state.backend;
    const std::string& reason = state.service.reason;
    std::string words{to_string(state.service.mode)};
    if (state.service.mode == ServiceMode::open_without_backend)
        words += " (" + std::string{to_string(state.service.outage)} + ")";
    words += "; lease database ";
    if (!backend.where.empty() && !reason.contains(backend.where)) words += backend.where + " ";
    words += to_string(backend.state);
    if (backend.attempt != 0) {
        words += ", attempt " + std::to_string(backend.attempt);
        if (backend.attempts_max != 0) words += " of " + std::to_string(backend.attempts_max);
    }
    if (backend.next_try) {
        const auto wait = std::chrono::ceil<std::chrono::seconds>(*backend.next_try - now);
        words += ", next in " + std::to_string(std::max<std::int64_t>(wait.count(), 0)) + " s";
    }
    // The long part comes last: what shows a status cuts it off at the edge of the terminal.
    if (!reason.empty()) words += ": " + reason;
    if (!backend.last_error.empty() && !reason.contains(backend.last_error))
        words += ": " + backend.last_error;
    return one_line(std::move(words));
}

// ------------------------------------------------------------------------------------ what is told when

Supervision::Supervision(boost::asio::io_context& loop, SupervisorContact contact,
                         SupervisionIntervals intervals)
    : socket_{std::move(contact.socket)},
      watchdog_max_{contact.watchdog_max},
      intervals_{intervals},
      watchdog_timer_{loop},
      extend_timer_{loop},
      repeat_timer_{loop} {
    if (is_silent()) return;
    tell_status("starting");
    if (watchdog_max_.count() > 0) send_signs_of_life();
}

/// A loop that is stuck sends none. What a database does has no part in it.
void Supervision::send_signs_of_life() {
    send("WATCHDOG=1");
    watchdog_timer_.expires_after(watchdog_max_ / 2);
    watchdog_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) send_signs_of_life();
    });
}

void Supervision::follow(std::function<SupervisedState()> look) {
    if (is_silent()) return;
    looks_.push_back(std::move(look));
    if (looks_.size() > 1) return;
    tell("EXTEND_TIMEOUT_USEC=" + std::to_string(extension.count()));
    extend_start();
}

/// Until the server is ready. A start that hangs is not extended: the supervisor's own limit ends it.
void Supervision::extend_start() {
    extend_timer_.expires_after(intervals_.extend);
    extend_timer_.async_wait([this](const boost::system::error_code& error) {
        if (error || ready_ || stopping_) return;
        std::uint64_t rows = 0;
        bool forward = false;
        for (const auto& look : looks_) {
            const auto backend = look().backend;
            rows += backend.rows_announced + backend.rows_loaded;
            forward = forward || goes_forward(backend);
        }
        if (rows != std::exchange(rows_seen_, rows) || forward)
            send("EXTEND_TIMEOUT_USEC=" + std::to_string(extension.count()));
        changed();
        extend_start();
    });
}

void Supervision::changed() {
    if (looks_.empty() || stopping_) return;
    const bool all_ready = std::ranges::all_of(looks_, [](const auto& look) {
        const auto state = look();
        return state.waits_for_backend || state.backend.state == BackendState::serving;
    });
    if (ready_ || !all_ready) return tell_status(words());
    ready_ = true;
    extend_timer_.cancel();
    tell_ready();
}

std::string Supervision::words() const {
    const auto now = std::chrono::steady_clock::now();
    if (looks_.size() == 1) return status_words(looks_.front()(), now);
    std::string all;
    for (const auto& look : looks_) {
        const auto state = look();
        if (!all.empty()) all += " | ";
        all += std::string{state.name} + " " + status_words(state, now);
    }
    return one_line(std::move(all));
}

void Supervision::tell_ready() {
    const auto now = words();
    const bool news = now != std::exchange(words_told_, now);
    tell(news ? "READY=1\nSTATUS=" + now : "READY=1");
}

// Before the server is ready, a reload is a part of its start: ready is told when it is.
void Supervision::reload_begins() {
    if (++reloads_ != 1 || !ready_ || stopping_) return;
    tell("RELOADING=1\nMONOTONIC_USEC=" + monotonic_microseconds());
}

void Supervision::reload_ends() {
    if (reloads_ > 0 && --reloads_ != 0) return;
    if (!ready_ || stopping_) return changed();
    tell_ready();
}

void Supervision::stopping(const std::string& reason) {
    if (is_silent() || std::exchange(stopping_, true)) return;
    extend_timer_.cancel();
    words_told_ = one_line("stopping: " + reason);
    tell("STOPPING=1\nSTATUS=" + words_told_);
}

// ------------------------------------------------------------------------- a socket that does not take it

bool Supervision::send(std::string_view text) {
    const int error = socket_.send(text);
    if (error != 0 && !std::exchange(complained_, true))
        log(MessageId::SUPERVISOR_UNREACHABLE,
            {{"socket", socket_.name()}, {"reason", std::generic_category().message(error)}});
    return error == 0;
}

/// In order, now or later.
void Supervision::tell(std::string text) {
    if (owed_.empty() && send(text)) return;
    if (owed_.size() == owed_max) {
        owed_.pop_front();
        words_told_.clear();  // perhaps they were in it
    }
    owed_.push_back(std::move(text));
    repeat_later();
}

/// What is not taken is told with the next attempt, in the words of then.
void Supervision::tell_status(const std::string& words) {
    if (words == words_told_) return;
    if (owed_.empty() && send("STATUS=" + words))
        words_told_ = words;
    else
        repeat_later();
}

void Supervision::repeat_later() {
    if (std::exchange(repeating_, true)) return;
    repeat_timer_.expires_after(intervals_.repeat);
    repeat_timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        repeating_ = false;
        while (!owed_.empty() && send(owed_.front())) owed_.pop_front();
        if (!owed_.empty()) return repeat_later();
        changed();
    });
}

void supervise(Supervision& supervision, std::string_view name, Server& server,
               Configuration& configuration) {
    configuration.on_change([&supervision] { supervision.reload_begins(); },
                            [&supervision] { supervision.reload_ends(); });
    server.on_change([&supervision] { supervision.changed(); });
    supervision.follow([name, &server] {
        auto status = server.status();
        const auto config = server.config();
        return SupervisedState{.name = name,
                               .waits_for_backend = config && config->lease_database.retry_on_startup,
                               .service = std::move(status.service),
                               .backend = std::move(status.backend)};
    });
}

}  // namespace leasehold
