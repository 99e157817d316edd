// Programs are followed by their process descriptors (pidfd), so no signal handler is needed.
#include "control/run_script.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <system_error>
#include <unordered_map>

#include "control/script_environment.hpp"
#include "dhcp/log.hpp"

namespace leasehold {
namespace {

std::string reason_of(int number) {
    return std::generic_category().message(number);
}

/// posix_spawn's arguments: nothing of ours but the environment given; a process group of its own, so that
/// what it starts ends with it.
class Spawn {
public:
    Spawn() {
        posix_spawn_file_actions_init(&files_);
        for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
            posix_spawn_file_actions_addopen(&files_, fd, "/dev/null",
                                             fd == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0);
        posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
        posix_spawnattr_init(&attributes_);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(&attributes_,
                                 POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    ~Spawn() {
        posix_spawn_file_actions_destroy(&files_);
        posix_spawnattr_destroy(&attributes_);
    }
    Spawn(const Spawn&) = delete;
    Spawn& operator=(const Spawn&) = delete;

    /// @error errno
    Result<pid_t, int> start(const std::string& path, std::string occasion,
                             std::vector<std::string> environment) {
        const char* const search = std::getenv("PATH");
        environment.push_back(std::string{"PATH="} +
                              (search == nullptr ? "/usr/sbin:/usr/bin:/sbin:/bin" : search));
        std::string program = path;
        const std::array<char*, 3> arguments{program.data(), occasion.data(), nullptr};
        std::vector<char*> variables;
        for (auto& line : environment) variables.push_back(line.data());
        variables.push_back(nullptr);
        pid_t pid = 0;
        const int error =
            posix_spawn(&pid, path.c_str(), &files_, &attributes_, arguments.data(), variables.data());
        if (error != 0) return std::unexpected(error);
        return pid;
    }

private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

}  // namespace

Result<void, std::string> check_script(const std::string& path) {
    struct stat found {};
    const auto refuse = [&](const std::string& what, const std::string& cure) {
        return std::unexpected("the program that hears of leases, " + path + ", " + what + ": " + cure + ".");
    };
    if (stat(path.c_str(), &found) != 0)
        return refuse("cannot be found (" + reason_of(errno) + ")", "correct its name in hooks-libraries");
    if (!S_ISREG(found.st_mode)) return refuse("is no file", "name a program or a script");
    if ((found.st_mode & S_IWOTH) != 0)
        return refuse("may be changed by everybody",
                      "'chmod o-w' keeps strangers from running what they like as this server");
    if (access(path.c_str(), X_OK) != 0) return refuse("cannot be run", "'chmod +x' makes it a program");
    return {};
}

Result<void, std::string> check_script_of(const ServerConfig& config) {
    if (config.run_script.path.empty()) return {};
    return check_script(config.run_script.path);
}

struct RunScript::Impl : std::enable_shared_from_this<RunScript::Impl> {
    struct Child {
        std::string_view occasion;
        boost::asio::posix::stream_descriptor process;
        boost::asio::steady_timer timer;
        bool killed = false;
    };

    Impl(boost::asio::io_context& on, EventBus& from, std::chrono::milliseconds time)
        : loop{on}, bus{from}, allowed{time} {}

    /// Nobody would end them any more.
    ~Impl() {
        for (const auto& [pid, child] : children) {
            ::kill(-pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
        }
    }

    void use(std::shared_ptr<const ServerConfig> next);
    void wake();
    void work();
    void start(const ScriptCall& call);
    void follow(pid_t pid, Child& child);
    void ended(pid_t pid);
    void fail(std::string_view occasion, const std::string& reason);
    void tell_lost();

    boost::asio::io_context& loop;
    EventBus& bus;
    std::chrono::milliseconds allowed;
    Spawn spawn;
    std::shared_ptr<const ServerConfig> config;
    std::shared_ptr<EventBus::Subscription> subscription;
    std::deque<ScriptCall> calls;  // of the decision that is being told
    std::unordered_map<pid_t, Child> children;
    ScriptStatus counted;
    std::uint64_t lost_before = 0, lost_told = 0;
    bool woken = false;
};

void RunScript::Impl::use(std::shared_ptr<const ServerConfig> next) {
    config = std::move(next);
    if (config->run_script.path.empty()) {
        if (subscription) lost_before += subscription->lost();
        subscription.reset();
        calls.clear();
    } else if (!subscription) {
        subscription = bus.subscribe(waiting_max, [this] { wake(); });
    }
}

void RunScript::Impl::wake() {
    if (std::exchange(woken, true)) return;
    boost::asio::post(loop, [self = weak_from_this()] {
        if (const auto impl = self.lock()) {
            impl->woken = false;
            impl->work();
        }
    });
}

void RunScript::Impl::work() {
    tell_lost();
    while (children.size() < running_max) {
        if (calls.empty()) {
            const auto events = subscription ? subscription->take() : nullptr;
            if (!events) return;
            for (auto& call : script_calls(*events, *config)) calls.push_back(std::move(call));
            continue;
        }
        const ScriptCall call = std::move(calls.front());
        calls.pop_front();
        start(call);
    }
}

void RunScript::Impl::start(const ScriptCall& call) {
    auto pid = spawn.start(config->run_script.path, std::string{call.occasion}, call.environment);
    if (!pid) return fail(call.occasion, "it cannot be started (" + reason_of(pid.error()) + ")");
    ++counted.started;
    const auto process = static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0));
    if (process < 0) {  // it runs, but nobody would notice when it hangs
        const auto reason = reason_of(errno);
        ::kill(-*pid, SIGKILL);
        ::waitpid(*pid, nullptr, 0);
        return fail(call.occasion, "it cannot be followed (" + reason + ")");
    }
    auto& child =
        children
            .try_emplace(*pid, Child{call.occasion, boost::asio::posix::stream_descriptor{loop, process},
                                     boost::asio::steady_timer{loop, allowed}})
            .first->second;
    follow(*pid, child);
}

void RunScript::Impl::follow(pid_t pid, Child& child) {
    child.process.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                             [self = weak_from_this(), pid](boost::system::error_code error) {
                                 const auto impl = self.lock();
                                 if (!error && impl) impl->ended(pid);
                             });
    child.timer.async_wait([self = weak_from_this(), pid](boost::system::error_code error) {
        const auto impl = self.lock();
        if (error || !impl) return;
        const auto found = impl->children.find(pid);
        if (found == impl->children.end()) return;
        found->second.killed = true;
        ::kill(-pid, SIGKILL);  // its group: what it has started goes with it
    });
}

void RunScript::Impl::ended(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);  // it has ended: this does not wait
    const auto found = children.find(pid);
    const auto occasion = found->second.occasion;
    const bool killed = found->second.killed;
    children.erase(found);
    if (killed)
        fail(occasion, "it took longer than " +
                           std::to_string(std::chrono::duration_cast<std::chrono::seconds>(allowed).count()) +
                           " s and was ended");
    else if (WIFSIGNALED(status))
        fail(occasion, "signal " + std::to_string(WTERMSIG(status)) + " ended it");
    else if (WEXITSTATUS(status) != 0)
        fail(occasion, "it ended with status " + std::to_string(WEXITSTATUS(status)));
    work();
}

void RunScript::Impl::fail(std::string_view occasion, const std::string& reason) {
    ++counted.failed;
    log(MessageId::RUN_SCRIPT_FAILED,
        {{"program", config->run_script.path}, {"occasion", occasion}, {"reason", reason}});
}

/// Once per full queue: when it is found to have overflown since it was last told.
void RunScript::Impl::tell_lost() {
    const auto lost = lost_before + (subscription ? subscription->lost() : 0);
    if (lost == lost_told || children.size() < running_max) return;
    log(MessageId::RUN_SCRIPT_TOO_SLOW, {{"program", config->run_script.path},
                                         {"count", lost - lost_told},
                                         {"limit", std::uint64_t{waiting_max}}});
    lost_told = lost;
}

RunScript::RunScript(boost::asio::io_context& loop, EventBus& bus, std::chrono::milliseconds allowed)
    : impl_{std::make_shared<Impl>(loop, bus, allowed)} {}
RunScript::~RunScript() = default;

void RunScript::use(std::shared_ptr<const ServerConfig> config) {
    impl_->use(std::move(config));
}

ScriptStatus RunScript::status() const {
    auto status = impl_->counted;
    if (impl_->config) status.path = impl_->config->run_script.path;
    status.running = impl_->children.size();
    status.waiting = impl_->calls.size() + (impl_->subscription ? impl_->subscription->waiting() : 0);
    status.lost = impl_->lost_before + (impl_->subscription ? impl_->subscription->lost() : 0);
    return status;
}

}  // namespace leasehold
