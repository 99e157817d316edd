#include "control/http_access.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "control/command_table.hpp"
#include "control/http_tls.hpp"
#include "dhcp/log.hpp"
#include "lease_backends/credentials.hpp"

namespace leasehold {
namespace {

std::string base64(const std::string& text) {
    std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    encoded.resize(static_cast<std::size_t>(size));
    return encoded;
}

/// In a time that does not tell how much of it is right.
bool same_secret(std::string_view given, const Secret& expected) {
    const std::string& right = expected.reveal();
    return given.size() == right.size() && CRYPTO_memcmp(given.data(), right.data(), right.size()) == 0;
}

/// As Kea: the first line of the file.
Result<std::string, std::string> first_line(std::string_view key, const std::string& path) {
    const auto content = read_secret(key, path);
    if (!content) return std::unexpected(content.error().detail);
    const std::string& text = content->reveal();
    std::string line = text.substr(0, text.find_first_of("\r\n"));
    if (line.empty())
        return std::unexpected("the " + std::string{key} + " " + path + " has an empty first line");
    return line;
}

Result<HttpUser, std::string> make_user(const config::HttpClientConfig& client) {
    std::string name = client.user, password = client.password.reveal();
    if (!client.user_file.empty()) {
        auto line = first_line("user-file", client.user_file);
        if (!line) return std::unexpected(line.error());
        name = std::move(*line);
    }
    if (!client.password_file.empty()) {
        auto line = first_line("password-file", client.password_file);
        if (!line) return std::unexpected(line.error());
        password = std::move(*line);
    }
    if (name.empty()) {  // the file has both
        const auto colon = password.find(':');
        if (colon == std::string::npos || colon == 0)
            return std::unexpected("the password-file " + client.password_file +
                                   " does not hold user:password, and there is no user beside it");
        name = password.substr(0, colon);
        password.erase(0, colon + 1);
    }
    if (name.find(':') != std::string::npos)
        return std::unexpected("the user-file " + client.user_file +
                               " holds a colon, which cannot stand in a user's name");
    Secret credentials{base64(name + ":" + password)};
    explicit_bzero(password.data(), password.size());
    return HttpUser{std::move(name), std::move(credentials),
                    std::make_shared<const config::CommandRights>(client.rights)};
}

/// The credentials of "Basic dXNlcjpwYXNz", whatever the case of the first word (RFC 9110, 11.1).
std::string_view basic_credentials(std::string_view authorization) {
    constexpr std::string_view scheme = "basic ";
    if (authorization.size() <= scheme.size()) return {};
    for (std::size_t i = 0; i < scheme.size(); ++i)
        if ((authorization[i] | 0x20) != scheme[i]) return {};
    authorization.remove_prefix(scheme.size());
    const auto first = authorization.find_first_not_of(' ');
    return first == std::string_view::npos ? std::string_view{} : authorization.substr(first);
}

/// A directory of CA certificates counts by its name alone.
std::string digest_of(const config::HttpTlsConfig& files) {
    std::string content;
    for (const auto* const file : {&files.trust_anchor, &files.cert_file, &files.key_file}) {
        std::ifstream stream{*file, std::ios::binary};
        content.append(std::istreambuf_iterator<char>{stream}, {});
        content += '\0';
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    (void)EVP_Digest(content.data(), content.size(), digest.data(), &size, EVP_sha256(), nullptr);
    explicit_bzero(content.data(), content.size());
    return {digest.begin(), digest.begin() + size};
}

}  // namespace

bool same_settings(const HttpSettings& one, const HttpSettings& other) {
    const auto credentials = [](const HttpUser& user) -> const Secret& { return user.credentials; };
    return one.config == other.config && one.tls_digest == other.tls_digest &&
           std::ranges::equal(one.users, other.users, {}, credentials, credentials);
}

Result<HttpSettingsPtr, std::string> make_http_settings(const config::HttpSocketConfig& config) {
    auto settings = std::make_shared<HttpSettings>();
    settings->config = config;
    const auto refused = [&](const std::string& why) {
        return std::unexpected("the control socket " + config.url() + " cannot be used: " + why);
    };
    for (const auto& client : config.clients) {
        if (!client.certificate.empty()) {
            settings->certificates.push_back(
                {client.certificate, std::make_shared<const config::CommandRights>(client.rights)});
            continue;
        }
        auto user = make_user(client);
        if (!user) return refused(user.error());
        if (std::ranges::find(settings->users, user->name, &HttpUser::name) != settings->users.end())
            return refused("the user " + user->name + " stands in two entries under authentication");
        settings->users.push_back(std::move(*user));
    }
    for (const auto& header : config.headers)
        settings->header_lines += header.name + ": " + header.value + "\r\n";
    if (config.tls) {
        auto context = make_tls_context(config.tls_files, !settings->certificates.empty());
        if (!context) return refused(context.error());
        settings->tls = std::move(*context);
        settings->tls_digest = digest_of(config.tls_files);
    }
    return settings;
}

std::vector<std::string> secret_files(const std::vector<config::HttpSocketConfig>& sockets) {
    std::vector<std::string> files;
    const auto add = [&files](const std::string& file) {
        if (!file.empty() && std::ranges::find(files, file) == files.end()) files.push_back(file);
    };
    for (const auto& socket : sockets) {
        for (const auto& client : socket.clients) {
            add(client.user_file);
            add(client.password_file);
        }
        add(socket.tls_files.trust_anchor);
        add(socket.tls_files.cert_file);
        add(socket.tls_files.key_file);
    }
    return files;
}

Result<Caller, unsigned> authenticate(const HttpSettings& settings, const std::string* authorization,
                                      const HttpPeer& peer) {
    if (settings.users.empty() && settings.certificates.empty()) return Caller{peer.address, nullptr};
    if (authorization != nullptr) {
        const std::string_view given = basic_credentials(*authorization);
        for (const HttpUser& user : settings.users)
            if (same_secret(given, user.credentials))
                return Caller{"the user " + user.name + " at " + peer.address, user.rights};
        return std::unexpected(401u);
    }
    for (const HttpCertificate& certificate : settings.certificates)
        if (!peer.certificate.empty() && peer.certificate == certificate.name)
            return Caller{"the certificate " + certificate.name + " at " + peer.address, certificate.rights};
    return std::unexpected(settings.users.empty() ? 403u : 401u);
}

std::string challenge(const HttpSettings& settings) {
    std::string quoted;
    for (const char c : settings.config.realm) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return "Basic realm=\"" + quoted + "\"";
}

void tell_unknown_commands(const std::vector<config::HttpSocketConfig>& sockets, Family family) {
    const auto is_known = [&](const std::string& name) {
        return std::ranges::any_of(command_table(), [&](const CommandDef& command) {
            return includes(command.families, family) && config::names_command(name, command.name);
        });
    };
    for (const auto& socket : sockets)
        for (const auto& client : socket.clients)
            for (const auto& [key, names] : {std::pair{"allow-commands", &client.rights.allowed},
                                             std::pair{"deny-commands", &client.rights.denied}})
                for (const auto& name : *names)
                    if (!is_known(name))
                        log(MessageId::COMMAND_NOT_KNOWN,
                            {{"key", key},
                             {"client", client.certificate.empty() ? client.user : client.certificate},
                             {"socket", socket.url()},
                             {"command", name}});
}

}  // namespace leasehold
