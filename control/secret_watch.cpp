// See the header. Folders are watched and not files: a file that is replaced by a rename takes its watch
// away.
#include "control/secret_watch.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "dhcp/log.hpp"

namespace leasehold {
namespace {

constexpr std::size_t content_size_max = 64u << 10;  // as for reading credentials

/// Never blocks on what is no file, and reads only so far.
std::uint64_t hash_of_file(const HashKey& key, const std::string& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return static_cast<std::uint64_t>(errno);
    std::vector<std::uint8_t> content;
    struct stat status {};
    if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) {
        content.resize(content_size_max);
        const ssize_t size = ::read(descriptor, content.data(), content.size());
        content.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    }
    ::close(descriptor);
    const std::uint64_t hash = keyed_hash(key, content);
    std::ranges::fill(content, std::uint8_t{0});
    return hash;
}

std::uint64_t hash_of(const HashKey& key, const std::vector<std::string>& files) {
    std::vector<std::uint8_t> hashes;
    for (const std::string& file : files) {
        const std::uint64_t one = hash_of_file(key, file);
        for (int shift = 0; shift < 64; shift += 8) hashes.push_back(static_cast<std::uint8_t>(one >> shift));
    }
    return keyed_hash(key, hashes);
}

}  // namespace

std::vector<std::string> credential_files(const BackendConfig& database) {
    std::vector<std::string> files;
    if (!is_server(database.type)) return files;
    const auto& server = database.server;
    for (const std::string* const file :
         {&server.user_file, &server.password_file, &server.credentials_file, &server.tls.trust_anchor,
          &server.tls.cert_file, &server.tls.key_file})
        if (!file->empty() && std::ranges::find(files, *file) == files.end()) files.push_back(*file);
    return files;
}

SecretWatch::SecretWatch(boost::asio::io_context& loop, SideThread& side, std::function<void()> changed,
                         Intervals intervals)
    : loop_{loop},
      side_{side},
      changed_{std::move(changed)},
      intervals_{intervals},
      events_{loop},
      timer_{loop} {
    const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor < 0) {  // a limit of the machine
        log(MessageId::SECRETS_NOT_WATCHED,
            {{"reason", std::strerror(errno)}, {"seconds", intervals_.look.count() / 1000}});
        return;
    }
    events_.assign(descriptor);
    read_events();
}

SecretWatch::~SecretWatch() {
    *alive_ = false;
}

void SecretWatch::watch(std::vector<std::string> files) {
    if (files == files_) return;
    files_ = std::move(files);
    seen_.reset();
    if (files_.empty()) {
        timer_.cancel();
        return;
    }
    look();
}

/// Watching a folder twice is watching it once; one that was replaced gets a new watch, its old one is gone.
void SecretWatch::add_watches() {
    if (!events_.is_open()) return;
    constexpr std::uint32_t mask =
        IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ATTRIB | IN_ONLYDIR;
    for (const std::string& file : files_) {
        const auto folder = std::filesystem::path{file}.parent_path();
        (void)::inotify_add_watch(events_.native_handle(), folder.c_str(), mask);  // else the timer looks
    }
}

void SecretWatch::read_events() {
    events_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                       [this, alive = alive_](const boost::system::error_code& error) {
                           if (error || !*alive) return;
                           std::array<char, 4096> buffer;
                           bool any = false;
                           while (::read(events_.native_handle(), buffer.data(), buffer.size()) > 0)
                               any = true;
                           if (any && !files_.empty()) {
                               timer_.expires_after(intervals_.settle);
                               arm();
                           }
                           read_events();
                       });
}

void SecretWatch::arm() {
    timer_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
        if (!error && *alive) look();
    });
}

void SecretWatch::look() {
    if (files_.empty()) return;
    if (looking_) {
        look_again_ = true;
        return;
    }
    looking_ = true;
    timer_.cancel();
    add_watches();  // before reading: what changes afterwards is an event
    auto seen = std::make_shared<std::uint64_t>(0);
    side_.run([key = key_, files = files_, seen] { *seen = hash_of(key, files); },
              [this, alive = alive_, files = files_, seen] {
                  if (*alive) looked(files, *seen);
              });
}

void SecretWatch::looked(const std::vector<std::string>& files, std::uint64_t seen) {
    looking_ = false;
    if (files != files_ || std::exchange(look_again_, false)) return look();
    const bool changed = seen_ && *seen_ != seen;
    seen_ = seen;
    timer_.expires_after(intervals_.look);
    arm();
    if (changed) changed_();
}

}  // namespace leasehold
