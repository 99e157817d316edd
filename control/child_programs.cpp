#include "control/child_programs.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace leasehold {
namespace {

std::string reason_of_errno(int number) {
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
    Result<pid_t, int> start(const std::string& path, std::string argument,
                             std::vector<std::string> environment) {
        const char* const search = std::getenv("PATH");
        environment.push_back(std::string{"PATH="} +
                              (search == nullptr ? "/usr/sbin:/usr/bin:/sbin:/bin" : search));
        std::string program = path;
        const std::array<char*, 3> arguments{program.data(), argument.data(), nullptr};
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

Result<void, std::string> check_program(const std::string& path, std::string_view role) {
    struct stat found {};
    const auto refuse = [&](const std::string& what, const std::string& cure) {
        return std::unexpected(std::string{role} + ", " + path + ", " + what + ": " + cure + ".");
    };
    if (stat(path.c_str(), &found) != 0)
        return refuse("cannot be found (" + reason_of_errno(errno) + ")",
                      "correct its name in hooks-libraries");
    if (!S_ISREG(found.st_mode)) return refuse("is no file", "name a program or a script");
    if ((found.st_mode & S_IWOTH) != 0)
        return refuse("may be changed by everybody",
                      "'chmod o-w' keeps strangers from running what they like as this server");
    if (access(path.c_str(), X_OK) != 0) return refuse("cannot be run", "'chmod +x' makes it a program");
    return {};
}

struct ChildPrograms::Impl : std::enable_shared_from_this<ChildPrograms::Impl> {
    struct Child {
        Ended ended;
        boost::asio::posix::stream_descriptor process;
        boost::asio::steady_timer timer;
        bool killed = false;
    };

    Impl(boost::asio::io_context& on, std::chrono::milliseconds time) : loop{on}, allowed{time} {}
    ~Impl() {
        for (const auto& [pid, child] : children) {
            ::kill(-pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
        }
    }

    void follow(pid_t pid, Child& child);
    void ended(pid_t pid);

    boost::asio::io_context& loop;
    std::chrono::milliseconds allowed;
    Spawn spawn;
    std::unordered_map<pid_t, Child> children;
};

void ChildPrograms::Impl::follow(pid_t pid, Child& child) {
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

void ChildPrograms::Impl::ended(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);  // it has ended: this does not wait
    const auto found = children.find(pid);
    const auto tell = std::move(found->second.ended);
    const bool killed = found->second.killed;
    children.erase(found);
    if (killed)
        tell("it took longer than " +
             std::to_string(std::chrono::duration_cast<std::chrono::seconds>(allowed).count()) +
             " s and was ended");
    else if (WIFSIGNALED(status))
        tell("signal " + std::to_string(WTERMSIG(status)) + " ended it");
    else if (WEXITSTATUS(status) != 0)
        tell("it ended with status " + std::to_string(WEXITSTATUS(status)));
    else
        tell({});
}

ChildPrograms::ChildPrograms(boost::asio::io_context& loop, std::chrono::milliseconds allowed)
    : impl_{std::make_shared<Impl>(loop, allowed)} {}
ChildPrograms::~ChildPrograms() = default;

Result<void, std::string> ChildPrograms::start(const std::string& path, std::string argument,
                                               std::vector<std::string> environment, Ended ended) {
    auto pid = impl_->spawn.start(path, std::move(argument), std::move(environment));
    if (!pid) return std::unexpected("it cannot be started (" + reason_of_errno(pid.error()) + ")");
    const auto process = static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0));
    if (process < 0) {  // it runs, but nobody would notice when it hangs
        const auto reason = reason_of_errno(errno);
        ::kill(-*pid, SIGKILL);
        ::waitpid(*pid, nullptr, 0);
        return std::unexpected("it cannot be followed (" + reason + ")");
    }
    auto& child =
        impl_->children
            .try_emplace(*pid, Impl::Child{std::move(ended),
                                           boost::asio::posix::stream_descriptor{impl_->loop, process},
                                           boost::asio::steady_timer{impl_->loop, impl_->allowed}})
            .first->second;
    impl_->follow(*pid, child);
    return {};
}

std::size_t ChildPrograms::running() const {
    return impl_->children.size();
}

}  // namespace leasehold
