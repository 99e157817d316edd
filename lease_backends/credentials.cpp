// Reading the files that hold names and passwords, with the care that such files need: bounded, never
// blocking on a pipe, never open to everybody, and no content in any message.
#include "lease_backends/credentials.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <cerrno>
#include <cstring>
#include <sstream>

namespace leasehold {
namespace {

constexpr std::size_t file_size_max = 64u << 10;

std::unexpected<StoreError> refused(std::string_view key, const std::string& path, const std::string& why) {
    return std::unexpected(
        StoreError{StoreErrc::credentials, "the " + std::string{key} + " " + path + " " + why});
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_{number} {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int number() const { return number_; }

private:
    int number_;
};

/// Takes off the one line end that editors and `echo` leave behind.
void strip_line_end(std::string& text) {
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
}

/// A whole file. Symbolic links are followed: a mounted secret is one.
StoreResult<Secret> read_file(std::string_view key, const std::string& path) {
    // Without O_NONBLOCK a pipe that nobody writes to would hold the store's thread for ever.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.number() < 0)
        return refused(key, path, std::string{"cannot be opened: "} + std::strerror(errno));
    struct stat status {};
    if (::fstat(file.number(), &status) != 0)
        return refused(key, path, std::string{"cannot be examined: "} + std::strerror(errno));
    if (!S_ISREG(status.st_mode)) return refused(key, path, "is not a regular file");
    if ((status.st_mode & S_IROTH) != 0)
        return refused(key, path,
                       "may be read by every user of this machine; type: chmod o-rwx '" + path +
                           "' (for a mounted secret, set its mode to 0440)");
    std::string text(file_size_max + 1, '\0');  // one octet more, to see that there is more
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(file.number(), text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return refused(key, path, std::string{"cannot be read: "} + std::strerror(errno));
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > file_size_max)
        return refused(key, path,
                       "is larger than " + std::to_string(file_size_max) + " octets: not a secret of ours");
    text.resize(size);
    if (text.find('\0') != std::string::npos)
        return refused(key, path, "contains a NUL octet, which no secret has");
    return Secret{std::move(text)};
}

StoreResult<Credentials> from_json(const std::string& path, const Secret& content) {
    const auto wrong = [&](const std::string& why) { return refused("credentials-file", path, why); };
    boost::property_tree::ptree tree;
    try {
        std::istringstream stream{content.reveal()};
        boost::property_tree::read_json(stream, tree);
    } catch (const boost::property_tree::json_parser_error& error) {
        // The parser's words name what it expected, not what stands there; the line is enough.
        return wrong("is not valid JSON, see its line " + std::to_string(error.line()));
    }
    const auto member = [&](const char* name) -> const std::string* {
        const auto found = tree.find(name);
        if (found == tree.not_found() || !found->second.empty()) return nullptr;
        return &found->second.data();
    };
    const std::string *const user = member("username"), *const password = member("password");
    if (user == nullptr || password == nullptr || user->empty() || password->empty())
        return wrong("needs the members \"username\" and \"password\", both texts that are not empty");
    if (user->find('\0') != std::string::npos || password->find('\0') != std::string::npos)
        return wrong("contains a NUL character, which no database library takes");
    return Credentials{*user, Secret{*password}};
}

StoreResult<Credentials> from_lines(const std::string& path, const Secret& content) {
    std::string text = content.reveal();
    strip_line_end(text);
    const std::size_t end = text.find('\n');
    if (end == std::string::npos || text.find('\n', end + 1) != std::string::npos)
        return refused("credentials-file", path,
                       "needs two lines, the user's name and the password, or JSON with \"username\" and "
                       "\"password\"");
    std::string user = text.substr(0, end);
    if (user.ends_with('\r')) user.pop_back();
    if (user.empty() || end + 1 == text.size())
        return refused("credentials-file", path, "has an empty line where the name or the password belongs");
    return Credentials{std::move(user), Secret{text.substr(end + 1)}};
}

StoreResult<Credentials> read_both(const std::string& path) {
    const auto content = read_file("credentials-file", path);
    if (!content) return std::unexpected(content.error());
    const std::size_t first = content->reveal().find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return refused("credentials-file", path, "is empty");
    return content->reveal()[first] == '{' ? from_json(path, *content) : from_lines(path, *content);
}

}  // namespace

StoreResult<Secret> read_secret(std::string_view key, const std::string& path) {
    auto content = read_file(key, path);
    if (!content) return content;
    std::string text = content->reveal();
    strip_line_end(text);
    if (text.empty()) return refused(key, path, "is empty");
    return Secret{std::move(text)};
}

StoreResult<Credentials> read_credentials(const DatabaseServerConfig& server) {
    if (!server.credentials_file.empty()) return read_both(server.credentials_file);
    Credentials credentials{server.user, server.password};
    if (!server.user_file.empty()) {
        const auto user = read_secret("user-file", server.user_file);
        if (!user) return std::unexpected(user.error());
        credentials.user = user->reveal();
    }
    if (!server.password_file.empty()) {
        auto password = read_secret("password-file", server.password_file);
        if (!password) return std::unexpected(password.error());
        credentials.password = std::move(*password);
    }
    return credentials;
}

std::string without_secrets(std::string text, const Credentials& credentials) {
    constexpr std::string_view instead = "*****";
    const std::string& password = credentials.password.reveal();
    if (password.empty()) return text;
    for (std::size_t at = 0; (at = text.find(password, at)) != std::string::npos; at += instead.size())
        text.replace(at, password.size(), instead);
    return text;
}

}  // namespace leasehold
