#include "cli/watch_screen.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <ostream>
#include <thread>

#include "cli/ctl_views.hpp"
#include "cli/text_width.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;

constexpr std::size_t watch_events_kept = 200;
constexpr std::chrono::seconds watch_silence_max{3};  // of a server, before the screen says so
constexpr int no_signal = 0;

/// Writes all of it; a terminal that is gone ends the process by its signal.
void write_out(std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

sigset_t watched_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT}) sigaddset(&set, number);
    return set;
}

/// The other screen of the terminal, and keys as they are pressed. What was there comes back at the end.
class AlternateScreen {
public:
    AlternateScreen() {
        has_keys_ = tcgetattr(STDIN_FILENO, &before_) == 0;
        enter();
    }
    ~AlternateScreen() { leave(); }
    AlternateScreen(const AlternateScreen&) = delete;
    AlternateScreen& operator=(const AlternateScreen&) = delete;

    void enter() {
        if (has_keys_) {
            termios raw = before_;
            raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
            tcsetattr(STDIN_FILENO, TCSANOW, &raw);
        }
        write_out("\x1b[?1049h\x1b[?25l\x1b[2J");
    }
    void leave() {
        write_out("\x1b[?25h\x1b[?1049l");
        if (has_keys_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
    }
    bool has_keys() const { return has_keys_; }

private:
    termios before_{};
    bool has_keys_ = false;
};

/// Asks the servers again and again, on a thread of its own: one that does not answer must not hold up the keys.
class Watcher {
public:
    Watcher(const std::vector<ViewedServer>& servers, double interval)
        : interval_{interval}, told_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
        for (const auto& server : servers) {
            auto ask = ask_through(server.socket, watch_silence_max);
            followers_.emplace_back(ask, LeaseQuery{});
            asks_.push_back(std::move(ask));
            looks_.push_back({.family = server.family});
        }
        thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    }
    ~Watcher() {
        thread_.request_stop();
        wake_.notify_all();
        thread_.join();
        ::close(told_);
    }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    int descriptor() const { return told_; }  // readable: there is something new
    std::vector<WatchLook> looks() {
        std::uint64_t count = 0;
        if (::read(told_, &count, sizeof count) < 0) count = 0;  // looked at already
        const std::lock_guard lock{mutex_};
        return shown_;
    }
    void look_now() {
        {
            const std::lock_guard lock{mutex_};
            now_ = true;
        }
        wake_.notify_all();
    }

private:
    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            for (std::size_t i = 0; i != asks_.size() && !stop.stop_requested(); ++i) look(i);
            std::unique_lock lock{mutex_};
            shown_ = looks_;
            const std::uint64_t one = 1;
            if (::write(told_, &one, sizeof one) < 0) break;
            wake_.wait_for(lock, std::chrono::duration<double>(interval_),
                           [&] { return now_ || stop.stop_requested(); });
            now_ = false;
        }
    }
    void look(std::size_t i) {
        auto& look = looks_[i];
        auto failed = [&look](const CtlFailure& failure) { look.failure = failure.text; };
        auto status = asks_[i]("status-get", nullptr);
        if (!status) return failed(status.error());
        look.status = std::move(*status);
        look.answers.clear();
        const Ask recorded = [&](std::string_view command, const Json& arguments) {
            auto answer = asks_[i](command, arguments);
            if (answer) look.answers[std::string{command} + " " + arguments.dump()] = *answer;
            return answer;
        };
        const SubnetQuery fullest{.sort = "use", .limit = subnets_looked_at};
        const ViewPlace place{.terminal = {}, .now = seconds_since_1970(), .family = look.family};
        if (const auto subnets = view_subnets(recorded, fullest, place); !subnets) return failed(subnets.error());
        const auto told = followers_[i].look();
        if (!told) return failed(told.error());
        for (const auto& event : told->events) look.events.push_back({event, place.now});
        while (look.events.size() > watch_events_kept) look.events.pop_front();
        look.failure.clear();
    }

    static constexpr std::size_t subnets_looked_at = 40;
    double interval_;
    int told_;
    std::vector<Ask> asks_;
    std::vector<LeaseFollower> followers_;
    std::vector<WatchLook> looks_;  // the thread's own
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<WatchLook> shown_;
    bool now_ = false;
    std::jthread thread_;
};

void draw(const std::vector<WatchLook>& looks, double interval) {
    const auto terminal = look_at_terminal(STDOUT_FILENO);
    std::string text = "\x1b[H";
    const auto lines = watch_frame(looks, terminal, seconds_since_1970(), interval);
    for (std::size_t i = 0; i != lines.size(); ++i) text += (i == 0 ? "" : "\r\n") + lines[i] + "\x1b[K";
    write_out(text + "\x1b[J");
}

/// @return the signal that ends the screen, or no_signal
int take_signal(int signals, AlternateScreen& screen) {
    signalfd_siginfo info{};
    if (::read(signals, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return no_signal;
    const auto number = static_cast<int>(info.ssi_signo);
    if (number == SIGTSTP) {
        screen.leave();
        raise(SIGSTOP);
        screen.enter();
        return no_signal;
    }
    return number == SIGWINCH || number == SIGCONT ? no_signal : number;
}

/// @return whether that key leaves
bool take_key(Watcher& watcher, bool& has_keys) {
    char key = 0;
    const auto size = ::read(STDIN_FILENO, &key, 1);
    if (size <= 0) has_keys = size < 0 && errno == EINTR;  // nobody types there any more
    if (size == 1 && key == 'r') watcher.look_now();
    return size == 1 && (key == 'q' || key == 'Q' || key == '\x1b');
}

/// @return the signal that ended it, or no_signal
int show_screen(const std::vector<ViewedServer>& servers, double interval) {
    const auto set = watched_signals();
    sigset_t before;
    pthread_sigmask(SIG_BLOCK, &set, &before);
    const int signals = signalfd(-1, &set, SFD_CLOEXEC);
    int ended_by = no_signal;
    {
        Watcher watcher{servers, interval};
        AlternateScreen screen;
        bool has_keys = screen.has_keys();
        std::vector<WatchLook> looks;
        for (const auto& server : servers) looks.push_back({.family = server.family, .status = server.status});
        draw(looks, interval);
        for (bool leaves = false; !leaves && ended_by == no_signal;) {
            pollfd ready[] = {{signals, POLLIN, 0}, {watcher.descriptor(), POLLIN, 0},
                              {has_keys ? STDIN_FILENO : -1, POLLIN, 0}};
            if (::poll(ready, std::size(ready), -1) < 0 && errno != EINTR) break;
            if (ready[0].revents != 0) ended_by = take_signal(signals, screen);
            if (ready[1].revents != 0) looks = watcher.looks();
            if (ready[2].revents != 0) leaves = take_key(watcher, has_keys);
            if (!leaves && ended_by == no_signal) draw(looks, interval);
        }
    }  // the screen first, then the thread, which may be waiting for a server
    ::close(signals);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return ended_by;
}

/// A line of JSON for each look, for programs; until a signal ends it.
int watch_as_json(const std::vector<ViewedServer>& servers, double interval, std::ostream& out, std::ostream& err) {
    while (out) {
        Json line{{"time", seconds_since_1970()}, {"servers", Json::array()}};
        for (const auto& server : servers) {
            const auto status = server.ask("status-get", nullptr);
            const ViewPlace place{.terminal = {}, .now = seconds_since_1970(), .family = server.family};
            const auto subnets = status ? view_subnets(server.ask, {.limit = 0}, place)
                                        : ViewResult{std::unexpected(status.error())};
            if (!subnets) {
                err << visible(subnets.error().text) << "\n";
                return static_cast<int>(subnets.error().exit);
            }
            line["servers"].push_back({{"family", server.family == Family::v4 ? 4 : 6},
                                       {"status", *status},
                                       {"subnets", subnets->json["subnets"]}});
        }
        out << line.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
        std::this_thread::sleep_for(std::chrono::duration<double>(interval));
    }
    return static_cast<int>(CtlExit::ok);
}

}  // namespace

int run_watch(const CtlArguments& arguments, std::ostream& out, std::ostream& err) {
    constexpr int signal_status = 128;
    if (!arguments.json && !look_at_terminal(STDOUT_FILENO).is_terminal) {
        err << "watch draws on a terminal, and standard output is none. For programs there are watch --json, and "
               "leases --follow.\n";
        return static_cast<int>(CtlExit::usage);
    }
    const auto servers = find_servers(arguments, err);
    if (!servers) {
        err << visible(servers.error().text) << "\n";
        return static_cast<int>(servers.error().exit);
    }
    if (arguments.json) return watch_as_json(*servers, arguments.interval, out, err);
    const int ended_by = show_screen(*servers, arguments.interval);
    return ended_by == no_signal ? static_cast<int>(CtlExit::ok) : signal_status + ended_by;
}

}  // namespace leasehold
