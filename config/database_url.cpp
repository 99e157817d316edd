// Splitting and decoding by RFC 3986, as far as databases use it, with lists of hosts as libpq knows them.
#include "config/database_url.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "config/schema.hpp"

namespace leasehold::config {
namespace {

struct Scheme {
    std::string_view name, type;
};
constexpr std::array schemes{Scheme{"sqlite", "sqlite"}, Scheme{"postgres", "postgresql"},
                             Scheme{"postgresql", "postgresql"}, Scheme{"mysql", "mariadb"},
                             Scheme{"mariadb", "mariadb"}};
constexpr std::string_view forms =
    "sqlite:///absolute/file, sqlite://:memory:, postgresql://user:password@host:port/name or "
    "mariadb://user:password@host:port/name";

/// What other programs call a key of ours.
struct Alias {
    std::string_view name, key;
};
constexpr std::array aliases{Alias{"sslmode", "ssl-mode"},    Alias{"sslrootcert", "trust-anchor"},
                             Alias{"sslcert", "cert-file"},   Alias{"sslkey", "key-file"},
                             Alias{"ssl-ca", "trust-anchor"}, Alias{"ssl-cert", "cert-file"},
                             Alias{"ssl-key", "key-file"},    Alias{"ssl-cipher", "cipher-list"},
                             Alias{"unix-socket", "host"},    Alias{"socket", "host"}};
/// Keys that a URL says in its other parts, or that are not values.
constexpr std::array<std::string_view, 11> not_in_query{"url",     "type",     "name",     "port",
                                                        "user",    "password", "comment",  "user-context",
                                                        "persist", "shared",   "exclusive"};

std::unexpected<UrlProblem> wrong(std::string what, std::string allowed = {}, std::string hint = {}) {
    return std::unexpected{UrlProblem{std::move(what), std::move(allowed), std::move(hint)}};
}

/// The parts as they are written.
struct Split {
    std::string_view scheme, user, password, hosts, path, query;
    bool has_scheme = false, has_user = false, has_password = false;
    bool stray_at = false;  // an "@" behind the hosts: most likely a password with "/" or "?" as they are
    std::size_t password_begin = 0;  // in the text
};

Split split(std::string_view text) {
    Split parts;
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos) return parts;
    parts.has_scheme = true;
    parts.scheme = text.substr(0, colon);
    const std::size_t begin = colon + 3;
    const std::string_view rest = text.substr(begin);
    const std::size_t authority_end = std::min(find_outside(rest, "/?"), rest.size());
    std::string_view authority = rest.substr(0, authority_end);
    if (const std::size_t at = rfind_outside(authority, '@'); at != std::string_view::npos) {
        const std::string_view who = authority.substr(0, at);
        const std::size_t mark = find_outside(who, ":");
        parts.has_user = true;
        parts.user = who.substr(0, mark);
        if (mark != std::string_view::npos) {
            parts.has_password = true;
            parts.password = who.substr(mark + 1);
            parts.password_begin = begin + mark + 1;
        }
        authority.remove_prefix(at + 1);
    }
    parts.hosts = authority;
    const std::string_view behind = rest.substr(authority_end);
    parts.stray_at = find_outside(behind, "@") != std::string_view::npos;
    const std::size_t question = std::min(find_outside(behind, "?"), behind.size());
    parts.path = behind.substr(0, question);
    if (question < behind.size()) parts.query = behind.substr(question + 1);
    return parts;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Result<std::string, std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0)
            return std::unexpected{
                "a \"%\" is not followed by two hexadecimal digits; a \"%\" of the text "
                "itself is written \"%25\""};
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return decoded;
}

class Reader {
public:
    explicit Reader(const Environment& environment) : environment_{environment} {}

    /// @param part  for the message: "the password"
    UrlResult<std::string> decode(std::string_view part, std::string_view written) const {
        auto text = expand(written, environment_, percent_decoded);
        if (!text) return wrong("in " + std::string{part} + " of the url " + text.error());
        if (text->find('\0') != std::string::npos)
            return wrong("in " + std::string{part} + " of the url stands a NUL character");
        return std::move(*text);
    }

private:
    const Environment& environment_;
};

/// @param text  behind the host: "" or ":5432"
UrlResult<std::uint16_t> parse_port(std::string_view text, std::size_t number) {
    if (text.empty()) return std::uint16_t{0};
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + 1, end, port);
    if (text[0] != ':' || error != std::errc{} || stop != end || port == 0)
        return wrong("the port of host " + std::to_string(number) + " is not right",
                     "\":\" and a number from 1 to 65535; an IPv6 address with a port stands in brackets");
    return port;
}

UrlResult<DatabaseHost> parse_host(std::string_view text, std::size_t number) {
    if (text.empty())
        return wrong("host " + std::to_string(number) + " of the list is empty", "a name or an address");
    DatabaseHost host;
    std::string_view port;
    if (text.front() == '/') {
        host.name = text;  // a socket or its directory
    } else if (text.front() == '[') {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos)
            return wrong("the bracket before host " + std::to_string(number) + " is not closed");
        host.name = text.substr(1, close - 1);
        port = text.substr(close + 1);
    } else if (std::ranges::count(text, ':') > 1) {
        host.name = text;  // an IPv6 address without brackets
    } else {
        const std::size_t colon = std::min(text.find(':'), text.size());
        host.name = text.substr(0, colon);
        port = text.substr(colon);
    }
    if (host.name.empty())
        return wrong("host " + std::to_string(number) + " has no name", "a name or an address");
    auto number_of_port = parse_port(port, number);
    if (!number_of_port) return std::unexpected{std::move(number_of_port.error())};
    host.port = *number_of_port;
    return host;
}

/// Reads the elements of a list, each by `read(element, its number from 1)`.
template <class Read>
UrlResult<std::vector<DatabaseHost>> read_hosts(std::string_view text, const Read& read) {
    std::vector<DatabaseHost> hosts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(find_outside(text, ",", begin), text.size());
        UrlResult<DatabaseHost> host = read(text.substr(begin, end - begin), hosts.size() + 1);
        if (!host) return std::unexpected{std::move(host.error())};
        hosts.push_back(std::move(*host));
        if (hosts.size() > 16) return wrong("these are more than 16 hosts", "at most 16 hosts");
        begin = end + 1;
    }
    return hosts;
}

/// A key behind "?", by our name or another program's, with dashes or underscores; nullopt: unknown.
std::optional<std::string> query_key(std::string_view written) {
    std::string name{written};
    std::ranges::replace(name, '_', '-');
    const auto alias = std::ranges::find(aliases, name, &Alias::name);
    if (alias != aliases.end()) return std::string{alias->key};
    if (std::ranges::find(not_in_query, name) != not_in_query.end()) return std::nullopt;
    return find_key(any_family, Scope::lease_database, name) != nullptr ? std::optional{name} : std::nullopt;
}

UrlProblem unknown_key(std::string_view written) {
    std::vector<std::string_view> names;
    for (const Key* key : keys_of(any_family, Scope::lease_database))
        if (std::ranges::find(not_in_query, key->name) == not_in_query.end()) names.push_back(key->name);
    for (const Alias& alias : aliases) names.push_back(alias.name);
    const std::string_view near = nearest_name(names, written);
    std::string hint;
    if (written == "password" || written == "user")
        hint = "it stands before the host: scheme://user:password@host/name";
    else if (!near.empty())
        hint = "did you mean \"" + std::string{near} + "\"?";
    return {"the key \"" + std::string{written} + "\" is unknown in a url", {}, std::move(hint)};
}

UrlResult<std::vector<UrlQuery>> read_query(std::string_view text, const Reader& reader) {
    std::vector<UrlQuery> query;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(find_outside(text, "&", begin), text.size());
        const std::string_view pair = text.substr(begin, end - begin);
        begin = end + 1;
        const std::size_t mark = find_outside(pair, "=");
        // The words without "=" may be the rest of a password: they are not shown.
        if (mark == std::string_view::npos || mark == 0)
            return wrong("a part of the url behind \"?\" is not a key, \"=\" and a value");
        const std::string_view name = pair.substr(0, mark);
        const auto key = query_key(name);
        if (!key) return std::unexpected{unknown_key(name)};
        const std::string_view written = pair.substr(mark + 1);
        auto value = reader.decode("\"" + *key + "\"", written);
        if (!value) return std::unexpected{std::move(value.error())};
        if (std::ranges::find(query, *key, &UrlQuery::key) != query.end())
            return wrong("the key \"" + *key + "\" stands twice in the url");
        query.push_back({*key, std::move(*value), has_placeholder(written)});
    }
    return query;
}

UrlResult<void> read_sqlite(const Split& parts, const Reader& reader, DatabaseUrl& url) {
    if (parts.hosts == ":memory:" && parts.path.empty() && !parts.has_user) {
        url.name = ":memory:";
        return {};
    }
    if (parts.has_user || !parts.hosts.empty())
        return wrong("a file has neither a user nor a host: behind \"sqlite://\" its absolute name follows",
                     "sqlite:///absolute/file or sqlite://:memory:");
    auto name = reader.decode("the file name", parts.path);
    if (!name) return std::unexpected{std::move(name.error())};
    if (name->size() < 2)
        return wrong("the url names no file", "sqlite:///absolute/file or sqlite://:memory:");
    url.name = std::move(*name);
    return {};
}

UrlResult<void> read_user(const Split& parts, const Reader& reader, DatabaseUrl& url) {
    url.has_user = !parts.user.empty();
    url.has_password = parts.has_password;
    auto user = reader.decode("the user name", parts.user);
    if (!user) return std::unexpected{std::move(user.error())};
    url.user = std::move(*user);
    auto password = reader.decode("the password", parts.password);
    if (!password) return std::unexpected{std::move(password.error())};
    url.password = Secret{std::move(*password)};
    return {};
}

/// A host named behind "?" stands for the one that is not between "//" and "/": a socket has slashes.
UrlResult<void> read_server_hosts(const Split& parts, const Reader& reader, DatabaseUrl& url) {
    if (!parts.hosts.empty()) {
        auto hosts = read_hosts(parts.hosts,
                                [&](std::string_view written, std::size_t number) -> UrlResult<DatabaseHost> {
                                    auto text = reader.decode("host " + std::to_string(number), written);
                                    if (!text) return std::unexpected{std::move(text.error())};
                                    return parse_host(*text, number);
                                });
        if (!hosts) return std::unexpected{std::move(hosts.error())};
        url.hosts = std::move(*hosts);
    }
    const auto named = std::ranges::find(url.query, std::string{"host"}, &UrlQuery::key);
    if (named == url.query.end()) return {};
    if (!parts.hosts.empty())
        return wrong("the url names a host before its path and again behind \"?\"", "one of the two");
    auto hosts = parse_host_list(named->value);
    if (!hosts) return std::unexpected{std::move(hosts.error())};
    url.hosts = std::move(*hosts);
    url.query.erase(named);
    return {};
}

UrlResult<void> read_server(const Split& parts, const Reader& reader, DatabaseUrl& url) {
    if (parts.stray_at)
        return wrong(
            "an \"@\" stands behind the host of the url", {},
            "within a user name or password \"/\" is written %2F, \"?\" %3F, and elsewhere \"@\" %40");
    if (auto user = read_user(parts, reader, url); !user) return user;
    const std::string_view path = parts.path.substr(std::min<std::size_t>(1, parts.path.size()));
    if (path.empty()) return wrong("the url names no database", std::string{forms});
    if (find_outside(path, "/") != std::string_view::npos)
        return wrong("the name of the database in the url has a \"/\"", {}, "it is written %2F");
    auto name = reader.decode("the database's name", path);
    if (!name) return std::unexpected{std::move(name.error())};
    if (name->empty()) return wrong("the url names no database", std::string{forms});
    url.name = std::move(*name);
    auto query = read_query(parts.query, reader);
    if (!query) return std::unexpected{std::move(query.error())};
    url.query = std::move(*query);
    return read_server_hosts(parts, reader, url);
}

UrlProblem unknown_scheme(std::string_view scheme) {
    std::vector<std::string_view> names;
    for (const Scheme& known : schemes) names.push_back(known.name);
    const std::string_view near = nearest_name(names, scheme);
    return {"the url begins with no known scheme", std::string{forms},
            near.empty() ? "" : "did you mean \"" + std::string{near} + "\"?"};
}

}  // namespace

UrlResult<std::vector<DatabaseHost>> parse_host_list(std::string_view text) {
    return read_hosts(text, parse_host);
}

UrlResult<DatabaseUrl> parse_database_url(std::string_view text, const Environment& environment) {
    const Split parts = split(text);
    const auto scheme = std::ranges::find(schemes, parts.scheme, &Scheme::name);
    if (!parts.has_scheme || scheme == schemes.end()) return std::unexpected{unknown_scheme(parts.scheme)};
    DatabaseUrl url;
    url.type = scheme->type;
    const Reader reader{environment};
    if (url.type != "sqlite") {
        if (auto read = read_server(parts, reader, url); !read)
            return std::unexpected{std::move(read.error())};
        return url;
    }
    if (auto read = read_sqlite(parts, reader, url); !read) return std::unexpected{std::move(read.error())};
    auto query = read_query(parts.query, reader);
    if (!query) return std::unexpected{std::move(query.error())};
    url.query = std::move(*query);
    return url;
}

std::string hide_url_secrets(std::string_view text) {
    const Split parts = split(text);
    if (!parts.has_scheme) return std::string{hidden_mark};  // whatever it is
    if (!parts.has_password) return hide_placeholders(text);
    return hide_placeholders(text.substr(0, parts.password_begin)) + std::string{hidden_mark} +
           hide_placeholders(text.substr(parts.password_begin + parts.password.size()));
}

}  // namespace leasehold::config
