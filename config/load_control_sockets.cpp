#include "config/load_control_sockets.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>

#include "config/load_server.hpp"

namespace leasehold::config {
namespace {

constexpr std::size_t socket_path_max = 107;  // sun_path without the closing NUL

constexpr std::array unix_keys{std::string_view{"socket-name"}};
constexpr std::array http_keys{
    std::string_view{"socket-address"}, std::string_view{"socket-port"},  std::string_view{"authentication"},
    std::string_view{"trust-anchor"},   std::string_view{"cert-file"},    std::string_view{"key-file"},
    std::string_view{"cert-required"},  std::string_view{"http-headers"},
};
constexpr std::array tls_keys{std::string_view{"trust-anchor"}, std::string_view{"cert-file"},
                              std::string_view{"key-file"}};

/// Those that an answer has of its own accord.
constexpr std::array own_headers{
    std::string_view{"content-length"},
    std::string_view{"content-type"},
    std::string_view{"transfer-encoding"},
    std::string_view{"connection"},
    std::string_view{"date"},
    std::string_view{"www-authenticate"},
    std::string_view{"allow"},
};

void refuse_keys_of_others(const Node& node, std::span<const std::string_view> keys, std::string_view type) {
    for (const std::string_view key : keys)
        if (node.has(key))
            node.error(key, "\"" + std::string{key} + "\" does not belong to a control socket of the type " +
                                std::string{type});
}

void load_unix_socket(const Node& node, const Directories& directories, DaemonConfig& daemon) {
    refuse_keys_of_others(node, http_keys, "unix");
    const std::string* const name = node.text("socket-name");
    if (name == nullptr || name->empty())
        return node.error("socket-name", "the control socket has no name", "a file name in \"socket-name\"");
    ControlSocketConfig socket{absolute_name(directories.run, *name)};
    if (socket.path.size() > socket_path_max)
        return node.error("socket-name", "the path " + socket.path + " is too long for a UNIX socket",
                          "at most 107 octets");
    if (std::ranges::find(daemon.control_sockets, socket) != daemon.control_sockets.end())
        return node.error("socket-name", "the control socket " + socket.path + " stands twice",
                          "each socket once");
    daemon.control_sockets.push_back(std::move(socket));
}

/// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
    });
}
/// RFC 9110, 5.5: what cannot end a line, or be anything but text.
bool is_field_value(std::string_view text) {
    return std::ranges::none_of(text, [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return (octet < 0x20 && c != '\t') || octet == 0x7f;
    });
}

class HttpSocketLoader {
public:
    HttpSocketLoader(const Node& node, bool tls, const HiddenTexts& hidden, const LoadOptions& options)
        : node_{node}, hidden_{hidden}, options_{options} {
        socket_.tls = tls || std::ranges::any_of(tls_keys, [&](auto key) { return node.has(key); });
    }

    HttpSocketConfig load(bool is_https) {
        refuse_keys_of_others(node_, unix_keys, is_https ? "https" : "http");
        load_address();
        if (socket_.tls) load_tls();
        load_headers();
        if (const auto authentication = node_.map("authentication")) load_authentication(*authentication);
        check_secured();
        return std::move(socket_);
    }

private:
    void load_address() {
        socket_.port = static_cast<std::uint16_t>(node_.uint32("socket-port").value_or(socket_.port));
        const std::string text = node_.text_or("socket-address", socket_.address);
        boost::system::error_code wrong;
        address_ = boost::asio::ip::make_address(text, wrong);
        if (wrong)
            node_.error("socket-address", "\"" + text + "\" is not an IP address",
                        "one of this machine's addresses, 0.0.0.0 or ::");
        else
            socket_.address = address_.to_string();
    }

    std::string file(const std::string& name) const { return absolute_name(options_.directories.data, name); }

    void load_tls() {
        auto& tls = socket_.tls_files;
        tls.cert_required = node_.boolean("cert-required").value_or(true);
        for (const auto& [key, member] :
             {std::pair{"trust-anchor", &tls.trust_anchor}, std::pair{"cert-file", &tls.cert_file},
              std::pair{"key-file", &tls.key_file}}) {
            const std::string name = node_.text_or(key, "");
            if (!name.empty())
                *member = file(name);
            else if (member != &tls.trust_anchor || tls.cert_required)
                node_.error(
                    key, "a socket with TLS has no \"" + std::string{key} + "\"",
                    member == &tls.trust_anchor
                        ? "a file of CA certificates; or \"cert-required\": false, when clients have none"
                        : "the name of a PEM file");
        }
    }

    void load_headers() {
        for (const Node& header : node_.maps("http-headers")) {
            HttpHeader loaded{header.text_or("name", ""), header.text_or("value", "")};
            std::string lower = loaded.name;
            std::ranges::transform(lower, lower.begin(), [](char c) {
                return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
            });
            if (!is_token(loaded.name))
                header.error("name", "\"" + loaded.name + "\" cannot be the name of an HTTP header",
                             "letters, digits and \"-\"");
            else if (std::ranges::find(own_headers, lower) != own_headers.end())
                header.error("name", "the header " + loaded.name + " is set by the server itself");
            if (!is_field_value(loaded.value))
                header.error("value", "the header's value has a character that would end its line",
                             "one line of text");
            socket_.headers.push_back(std::move(loaded));
        }
    }

    void load_authentication(const Node& node) {
        socket_.realm = node.text_or("realm", "");
        if (!is_field_value(socket_.realm))
            node.error("realm", "the realm has a character that would end its line", "one line of text");
        directory_ = node.text_or("directory", "");
        for (const Node& client : node.maps("clients")) {
            auto loaded = load_client(client);
            const auto& same = [&](const HttpClientConfig& other) {
                return (!loaded.user.empty() && other.user == loaded.user) ||
                       (!loaded.certificate.empty() && other.certificate == loaded.certificate);
            };
            if (std::ranges::any_of(socket_.clients, same))
                client.error(loaded.user.empty() ? "certificate" : "user", "this client stands twice",
                             "each user and each certificate once");
            socket_.clients.push_back(std::move(loaded));
        }
    }

    HttpClientConfig load_client(const Node& node) {
        HttpClientConfig client;
        client.rights = load_rights(node);
        client.certificate = node.text_or("certificate", "");
        const bool has_user = node.has("user") || node.has("user-file");
        const bool has_password = node.has("password") || node.has("password-file");
        if (node.has("certificate")) {
            if (client.certificate.empty())
                node.error("certificate", "the certificate's name is empty",
                           "the common name of its subject");
            if (has_user || has_password)
                node.error("certificate", "an entry with a certificate has a user or a password too",
                           "an entry for each");
            if (!socket_.tls)
                node.error("certificate", "certificates are shown over TLS only",
                           "a socket of the type https");
            return client;
        }
        for (const auto& [text, in_file] :
             {std::pair{"user", "user-file"}, std::pair{"password", "password-file"}})
            if (node.has(text) && node.has(in_file))
                node.error(text, std::string{text} + " stands beside " + in_file, "one of the two");
        client.user = node.text_or("user", "");
        client.user_file = secret_file(node, "user-file");
        client.password_file = secret_file(node, "password-file");
        load_password(node, client);
        if (client.user.find(':') != std::string::npos)
            node.error("user", "the user's name contains a colon, which ends it in HTTP",
                       "a name without one");
        if (!has_password)
            node.error("password-file", "the client has no password",
                       "\"password-file\", \"password\", or \"certificate\"");
        else if (client.user.empty() && client.user_file.empty() && client.password_file.empty())
            node.error("user", "the client has no name",
                       "\"user\", or a password-file that holds user:password");
        return client;
    }

    void load_password(const Node& node, HttpClientConfig& client) {
        const std::string* const text = node.text("password");
        if (text == nullptr) return;
        const auto* const found = find_hidden(hidden_, pointer_to(node.pointer(), "password"));
        client.password = found != nullptr ? found->written : Secret{*text};
        if (client.password.empty()) return node.error("password", "the password is empty", "a password");
        node.warning("password", "the password stands in the configuration, for all to see who may read it",
                     "put it into a file, and name that in password-file");
    }

    std::string secret_file(const Node& node, std::string_view key) const {
        const std::string name = node.text_or(key, "");
        if (!name.empty()) return file(directory_.empty() ? name : absolute_name(directory_, name));
        if (node.has(key)) node.error(key, "the name of the file is empty", "a file name");
        return {};
    }

    static CommandRights load_rights(const Node& node) {
        using enum CommandRights::Level;
        constexpr std::array words{std::pair{"none", none}, std::pair{"read", read},
                                   std::pair{"write", write}};
        CommandRights rights;
        take_word(node, "access", words, rights.level);
        for (const auto& [key, names] :
             {std::pair{"allow-commands", &rights.allowed}, std::pair{"deny-commands", &rights.denied}})
            for (const auto& name : node.texts(key)) {
                if (name.text.empty() || name.text.find('*') < name.text.size() - 1)
                    node.problems().error(name.position, name.pointer,
                                          "\"" + name.text + "\" is not the name of a command",
                                          "a name, or the beginning of names with a \"*\" behind it");
                names->push_back(name.text);
            }
        return rights;
    }

    /// Whoever reaches an open socket may switch the server off, or give out any address.
    void check_secured() {
        const bool certified = socket_.tls && socket_.tls_files.cert_required;
        if (certified || !socket_.clients.empty()) {
            if (!socket_.tls && !address_.is_loopback() && !socket_.clients.empty())
                node_.warning("socket-type", "passwords and commands cross the network in clear text",
                              "https protects them");
            return;
        }
        const std::string what = "whoever reaches " + socket_.url() + " may give every command";
        const std::string cure = "clients under authentication, or https with cert-required";
        if (address_.is_loopback() || options_.relax_security)
            node_.warning("socket-address", what, cure);
        else
            node_.error("socket-address", what, cure + "; 127.0.0.1 or ::1; or start with -X to allow it");
    }

    const Node& node_;
    const HiddenTexts& hidden_;
    const LoadOptions& options_;
    HttpSocketConfig socket_;
    boost::asio::ip::address address_;
    std::string directory_;
};

void load_socket(const Node& node, const HiddenTexts& hidden, const LoadOptions& options,
                 DaemonConfig& daemon) {
    const std::string type = node.text_or("socket-type", "");
    if (type == "unix") return load_unix_socket(node, options.directories, daemon);
    if (type != "http" && type != "https") return;  // the schema check tells
    auto socket = HttpSocketLoader{node, type == "https", hidden, options}.load(type == "https");
    for (const auto& other : daemon.http_sockets)
        if (other.same_place(socket))
            return node.error("socket-port", "two control sockets are on " + socket.url(), "a port for each");
    daemon.http_sockets.push_back(std::move(socket));
}

}  // namespace

void load_control_sockets(const Node& global, const HiddenTexts& hidden, const LoadOptions& options,
                          DaemonConfig& daemon) {
    const auto single = global.map("control-socket");
    if (single && global.has("control-sockets"))
        global.error("control-socket", "control-socket stands beside control-sockets",
                     "control-sockets alone");
    if (single) load_socket(*single, hidden, options, daemon);
    for (const Node& node : global.maps("control-sockets")) load_socket(node, hidden, options, daemon);
}

}  // namespace leasehold::config
