#include "control/legal_log_output.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <system_error>

#include "control/child_programs.hpp"
#include "control/log_pattern.hpp"

namespace leasehold {
namespace {

using Unit = LegalLogTarget::Unit;

std::tm local_parts(LogTime at) {
    const std::time_t seconds =
        std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(at));
    std::tm parts{};
    localtime_r(&seconds, &parts);
    return parts;
}

std::int64_t seconds_of(LogTime at) {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

/// Which of its calendar's days, months or years a time is in.
std::int64_t calendar_number(Unit unit, LogTime at) {
    const std::tm parts = local_parts(at);
    if (unit == Unit::year) return parts.tm_year;
    if (unit == Unit::month) return std::int64_t{parts.tm_year} * 12 + parts.tm_mon;
    const std::chrono::year_month_day date{std::chrono::year{parts.tm_year + 1900},
                                           std::chrono::month{static_cast<unsigned>(parts.tm_mon + 1)},
                                           std::chrono::day{static_cast<unsigned>(parts.tm_mday)}};
    return std::chrono::sys_days{date}.time_since_epoch().count();
}

/// A file that is only appended to. What cannot be written stays, to the octet: a line that a full disk has
/// cut is completed when there is room, and written anew when the file is another one by then.
class LegalLogFile final : public LegalLogOutput {
public:
    LegalLogFile(LegalLogTarget target, TellProgram tell)
        : target_{std::move(target)}, tell_{std::move(tell)} {}
    ~LegalLogFile() override { close(); }
    LegalLogFile(const LegalLogFile&) = delete;
    LegalLogFile& operator=(const LegalLogFile&) = delete;

    Result<void, std::string> add(LogTime at, std::string_view timestamp,
                                  std::span<const std::string> lines) override {
        if (!begin_) {
            begin_ = at;
        } else if (legal_log_period_over(target_, *begin_, at)) {
            if (auto done = flush(); !done) return done;
            rotate(at);
        }
        for (const std::string& line : lines) {
            if (!timestamp.empty()) unwritten_.append(timestamp).append(" ");
            unwritten_.append(line).append("\n");
        }
        return {};
    }

    Result<void, std::string> flush() override {
        if (unwritten_.empty()) return {};
        if (auto opened = open(); !opened) return opened;
        while (written_ < unwritten_.size()) {
            const auto size = ::write(file_, unwritten_.data() + written_, unwritten_.size() - written_);
            if (size < 0 && errno == EINTR) continue;
            if (size < 0) {
                const int error = errno;
                keep_unfinished();
                return std::unexpected(where() +
                                       " cannot be written: " + std::generic_category().message(error));
            }
            written_ += static_cast<std::size_t>(size);
        }
        unwritten_.clear();
        written_ = 0;
        return {};
    }

    std::string take_rest() override {
        written_ = 0;
        return std::exchange(unwritten_, {});
    }
    void add_rest(std::string rest) override { unwritten_.insert(0, rest); }
    std::string where() const override {
        return target_.directory + "/" +
               legal_log_file_name(target_, begin_.value_or(std::chrono::system_clock::now()));
    }

private:
    void close() {
        if (file_ >= 0) ::close(file_);
        file_ = -1;
    }

    /// @pre nothing is unwritten
    void rotate(LogTime at) {
        if (!target_.prerotate.empty()) tell_(target_.prerotate, where());
        close();
        begin_ = at;
        is_next_ = true;
    }

    /// Anew, when the file was removed or renamed meanwhile.
    Result<void, std::string> open() {
        if (!begin_) begin_ = std::chrono::system_clock::now();
        const std::string path = where();
        struct stat named {};
        if (file_ >= 0 && ::stat(path.c_str(), &named) == 0 && named.st_dev == device_ &&
            named.st_ino == inode_)
            return {};
        close();
        const auto refuse = [&](const std::string& why) {
            close();
            return std::unexpected(path + " cannot be opened: " + why);
        };
        file_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
        if (file_ < 0) return refuse(std::generic_category().message(errno));
        struct stat found {};
        if (::fstat(file_, &found) != 0 || !S_ISREG(found.st_mode)) return refuse("it is no file");
        device_ = found.st_dev;
        inode_ = found.st_ino;
        written_ = 0;  // the begin of a cut line is in another file
        if (std::exchange(is_next_, false) && !target_.postrotate.empty()) tell_(target_.postrotate, path);
        return {};
    }

    void keep_unfinished() {
        const auto end = written_ == 0 ? std::string::npos : unwritten_.rfind('\n', written_ - 1);
        if (end == std::string::npos) return;
        unwritten_.erase(0, end + 1);
        written_ -= end + 1;
    }

    LegalLogTarget target_;
    TellProgram tell_;
    std::optional<LogTime> begin_;  // of the period
    bool is_next_ = false;          // a file went before the one that is to be opened
    int file_ = -1;
    dev_t device_ = 0;
    ino_t inode_ = 0;
    std::string unwritten_;    // whole lines
    std::size_t written_ = 0;  // of the first of them
};

/// syslog(3) says nothing of what becomes of a line. log_backend has opened it with the server's name.
class LegalLogSyslog final : public LegalLogOutput {
public:
    explicit LegalLogSyslog(const LegalLogTarget& target)
        : facility_{target.facility}, pattern_{target.pattern.empty() ? "%m" : target.pattern} {}

    Result<void, std::string> add(LogTime at, std::string_view, std::span<const std::string> lines) override {
        for (const std::string& line : lines) {
            std::string text;
            pattern_.append(text, {.at = at,
                                   .severity = LogSeverity::info,
                                   .logger = "legal-log",
                                   .message = line,
                                   .process = ::getpid(),
                                   .thread = 0});
            send(text);
        }
        return {};
    }
    Result<void, std::string> flush() override { return {}; }
    void add_rest(std::string rest) override {
        for (std::size_t at = 0, end; (end = rest.find('\n', at)) != std::string::npos; at = end + 1)
            send(std::string_view{rest}.substr(at, end - at));
    }
    std::string where() const override { return "syslog"; }

private:
    void send(std::string_view text) const {
        ::syslog(facility_ | LOG_INFO, "%.*s", static_cast<int>(text.size()), text.data());
    }

    int facility_;
    LogPattern pattern_;
};

}  // namespace

std::string legal_log_file_name(const LegalLogTarget& target, LogTime begin) {
    std::array<char, 32> part{};
    if (target.unit == Unit::second || target.count == 0) {
        std::snprintf(part.data(), part.size(), "T%020lld", static_cast<long long>(seconds_of(begin)));
    } else {
        const std::tm parts = local_parts(begin);
        std::strftime(part.data(), part.size(), "%Y%m%d", &parts);
    }
    return target.base_name + "." + part.data() + ".txt";
}

bool legal_log_period_over(const LegalLogTarget& target, LogTime begin, LogTime now) {
    if (target.count == 0) return false;
    if (target.unit == Unit::second) return seconds_of(now) - seconds_of(begin) >= target.count;
    return calendar_number(target.unit, now) - calendar_number(target.unit, begin) >= target.count;
}

Result<void, std::string> check_legal_log_of(const ServerConfig& config) {
    if (config.legal_log == nullptr || config.legal_log->target.type != LegalLogTarget::Type::file) return {};
    const LegalLogTarget& target = config.legal_log->target;
    struct stat found {};
    const auto refuse = [&](const std::string& what) {
        return std::unexpected("the directory of the forensic log, " + target.directory + ", " + what +
                               ": create it, and give it to the user that serves.");
    };
    if (::stat(target.directory.c_str(), &found) != 0)
        return refuse("cannot be found (" + std::generic_category().message(errno) + ")");
    if (!S_ISDIR(found.st_mode)) return refuse("is no directory");
    if (::access(target.directory.c_str(), W_OK | X_OK) != 0) return refuse("cannot be written to");
    for (const auto* const program : {&target.prerotate, &target.postrotate})
        if (!program->empty())
            if (auto usable = check_program(*program, "the program that hears of rotated files"); !usable)
                return usable;
    return {};
}

std::unique_ptr<LegalLogOutput> make_legal_log_output(const LegalLogTarget& target, TellProgram tell) {
    if (target.type == LegalLogTarget::Type::syslog) return std::make_unique<LegalLogSyslog>(target);
    return std::make_unique<LegalLogFile>(target, std::move(tell));
}

}  // namespace leasehold
