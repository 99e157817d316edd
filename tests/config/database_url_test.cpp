// URLs of databases: what their parts become, what is wrong with them, and that no message holds a secret.
#include "config/database_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace leasehold::config::database_url_test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::optional<std::string> environment(const std::string& name) {
    if (name == "PW") return "s/w?o:r@d%41\xff";
    if (name == "HOST") return "db9:5433";
    if (name == "NAME") return "lea/ses";
    return std::nullopt;
}

/// "type|user|password|host:port,...|name|key=value&..."; "-" where there is none.
std::string summary(const DatabaseUrl& url) {
    std::string text = url.type + "|" + (url.has_user ? url.user : "-") + "|" +
                       (url.has_password ? url.password.reveal() : "-") + "|";
    for (const DatabaseHost& host : url.hosts)
        text += (&host == &url.hosts.front() ? "" : ",") + host.name + ":" + std::to_string(host.port);
    text += "|" + url.name + "|";
    for (const UrlQuery& query : url.query)
        text += (&query == &url.query.front() ? "" : "&") + query.key + "=" + query.value;
    return text;
}

struct Good {
    const char* name;
    const char* url;
    const char* parts;
    const char* shown;  // "": the same
};
void PrintTo(const Good& c, std::ostream* out) {
    *out << c.name;
}
class GoodUrl : public testing::TestWithParam<Good> {};

TEST_P(GoodUrl, Table) {
    const auto url = parse_database_url(GetParam().url, environment);
    ASSERT_TRUE(url) << url.error().what;
    EXPECT_EQ(summary(*url), GetParam().parts);
    const std::string_view shown = GetParam().shown;
    EXPECT_EQ(hide_url_secrets(GetParam().url), shown.empty() ? GetParam().url : shown);
}

const Good good[] = {
    {"file", "sqlite:///var/lib/leases4.db", "sqlite|-|-||/var/lib/leases4.db|", ""},
    {"file_with_query", "sqlite:///a%20b?readonly=true", "sqlite|-|-||/a b|readonly=true", ""},
    {"memory", "sqlite://:memory:", "sqlite|-|-||:memory:|", ""},
    {"host", "postgresql://db1/dhcp", "postgresql|-|-|db1:0|dhcp|", ""},
    {"short_scheme", "postgres://db1/dhcp", "postgresql|-|-|db1:0|dhcp|", ""},
    {"mysql", "mysql://db1:3307/dhcp", "mariadb|-|-|db1:3307|dhcp|", ""},
    {"everything", "postgres://app:pw@h1:5432,h2/dhcp?sslmode=verify-full&connect_timeout=3",
     "postgresql|app|pw|h1:5432,h2:0|dhcp|ssl-mode=verify-full&connect-timeout=3",
     "postgres://app:*****@h1:5432,h2/dhcp?sslmode=verify-full&connect_timeout=3"},
    {"user_only", "mariadb://app@h/d", "mariadb|app|-|h:0|d|", ""},
    {"empty_password", "mariadb://app:@h/d", "mariadb|app||h:0|d|", "mariadb://app:*****@h/d"},
    {"decoding", "mariadb://a%40b:p%3Aq%2f%25@h/d%2Fe", "mariadb|a@b|p:q/%|h:0|d/e|",
     "mariadb://a%40b:*****@h/d%2Fe"},
    {"at_in_password", "mariadb://a:p@q@h/d", "mariadb|a|p@q|h:0|d|", "mariadb://a:*****@h/d"},
    {"colon_in_password", "mariadb://a:p:q@h/d", "mariadb|a|p:q|h:0|d|", "mariadb://a:*****@h/d"},
    {"ipv6", "postgresql://[2001:db8::1]:5432,[::1],10.0.0.1:1/d",
     "postgresql|-|-|2001:db8::1:5432,::1:0,10.0.0.1:1|d|", ""},
    {"no_host", "postgresql:///d", "postgresql|-|-||d|", ""},
    {"socket", "postgresql:///d?host=/run/postgresql", "postgresql|-|-|/run/postgresql:0|d|", ""},
    {"socket_of_mariadb", "mariadb://a@/d?unix_socket=/run/m.sock", "mariadb|a|-|/run/m.sock:0|d|", ""},
    {"socket_encoded", "postgresql://%2Frun%2Fpg/d", "postgresql|-|-|/run/pg:0|d|", ""},
    {"names_of_others", "mysql://h/d?ssl_ca=/ca&ssl-cert=/c&sslkey=/k&ssl_cipher=X",
     "mariadb|-|-|h:0|d|trust-anchor=/ca&cert-file=/c&key-file=/k&cipher-list=X", ""},
    {"files", "postgres://h/d?password_file=pw&user-file=u",
     "postgresql|-|-|h:0|d|password-file=pw&user-file=u", ""},
    {"placeholders", "postgres://${U:-a:b@c}:${PW}@${HOST},h2:${P:-7}/${NAME}?sslrootcert=/${X:-&=}",
     "postgresql|a:b@c|s/w?o:r@d%41\xff|db9:5433,h2:7|lea/ses|trust-anchor=/&=",
     "postgres://*****:*****@*****,h2:*****/*****?sslrootcert=/*****"},
    {"dollar", "postgres://a:p$$q@h/d", "postgresql|a|p$q|h:0|d|", "postgres://a:*****@h/d"},
    {"encoded_dollar", "postgres://a:%24%7BPW%7D@h/d", "postgresql|a|${PW}|h:0|d|", "postgres://a:*****@h/d"},
    {"octets", "postgres://a:\x01\xfe\"@h/d", "postgresql|a|\x01\xfe\"|h:0|d|", "postgres://a:*****@h/d"},
};
INSTANTIATE_TEST_SUITE_P(DatabaseUrl, GoodUrl, testing::ValuesIn(good),
                         [](const auto& c) { return std::string{c.param.name}; });

struct Bad {
    const char* name;
    const char* url;
    const char* words;  // of what, allowed and hint
};
void PrintTo(const Bad& c, std::ostream* out) {
    *out << c.name;
}
class BadUrl : public testing::TestWithParam<Bad> {};

TEST_P(BadUrl, Table) {
    const auto url = parse_database_url(GetParam().url, environment);
    ASSERT_FALSE(url) << summary(*url);
    const std::string message = url.error().what + " | " + url.error().allowed + " | " + url.error().hint;
    EXPECT_THAT(message, HasSubstr(GetParam().words));
    EXPECT_THAT(message, Not(HasSubstr("swordfish")));
}

const Bad bad[] = {
    {"empty", "", "begins with no known scheme"},
    {"no_scheme", "swordfish", "postgresql://user:password@host:port/name"},
    {"scheme", "postgress://h/d", "did you mean \"postgres\"?"},
    {"slash_in_password", "postgres://u:sword/swordfish@h/d", "\"/\" is written %2F"},
    {"question_in_password", "postgres://u:sword?swordfish=1@h/d", "\"?\" %3F"},
    {"slash_and_at_in_password", "postgres://u:a@swordfish/b@h/d", "\"@\" %40"},
    {"percent", "postgres://u:swordfish%4@h/d", "in the password of the url a \"%\" is not followed"},
    {"percent_letters", "postgres://u:swordfish%zz@h/d", "is written \"%25\""},
    {"nul", "postgres://u:swordfish%00@h/d", "in the password of the url stands a NUL"},
    {"unset", "postgres://u:swordfish${UNSET}@h/d",
     "in the password of the url the environment variable \"UNSET\" is not set"},
    {"no_name", "postgres://u:swordfish@h", "the url names no database"},
    {"no_name_either", "postgres://u:swordfish@h/?sslmode=require", "the url names no database"},
    {"slash_in_name", "postgres://u:swordfish@h/d/e", "it is written %2F"},
    {"port", "postgres://u:swordfish@h:p/d", "the port of host 1 is not right"},
    {"port_zero", "postgres://h,h:0/d", "the port of host 2 is not right"},
    {"port_large", "postgres://h:65536/d", "a number from 1 to 65535"},
    {"port_empty", "postgres://h:/d", "the port of host 1"},
    {"bracket", "postgres://[::1/d", "the bracket before host 1 is not closed"},
    {"behind_bracket", "postgres://[::1]5432/d", "the port of host 1"},
    {"no_address", "postgres://[]/d", "host 1 has no name"},
    {"host_missing", "postgres://h1,,h3/d", "host 2 of the list is empty"},
    {"hosts_many", "postgres://1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17/d", "at most 16 hosts"},
    {"key", "postgres://h/d?ssl_mod=require", "did you mean \"ssl-mode\"?"},
    {"key_strange", "postgres://h/d?application_name=x", "the key \"application_name\" is unknown in a url"},
    {"password_key", "postgres://h/d?password=swordfish", "scheme://user:password@host/name"},
    {"no_value", "postgres://h/d?swordfish", "is not a key, \"=\" and a value"},
    {"key_twice", "postgres://h/d?sslmode=require&ssl_mode=disable", "\"ssl-mode\" stands twice in the url"},
    {"host_twice", "postgres://h/d?host=/run", "and again behind \"?\""},
    {"relative_file", "sqlite://leases4.db", "its absolute name follows"},
    {"file_with_user", "sqlite://u:swordfish@/x", "neither a user nor a host"},
    {"no_file", "sqlite:///", "the url names no file"},
};
INSTANTIATE_TEST_SUITE_P(DatabaseUrl, BadUrl, testing::ValuesIn(bad),
                         [](const auto& c) { return std::string{c.param.name}; });

/// Whatever the octets are: an answer, no message with the password, and no shown form with it.
TEST(DatabaseUrl, MutationsEndInAnAnswerWithoutThePassword) {
    std::mt19937 random{4711};
    const auto below = [&](std::size_t limit) { return random() % limit; };
    constexpr std::string_view pieces[] = {"/", "@",  ":", "?", "&",    "=",   ",", "[",      "]",
                                           "%", "${", "}", "$", "\xff", "%2F", "",  "sqlite", "://"};
    for (int round = 0; round < 30000; ++round) {
        std::string before = "postgres://app:",
                    after = "@h1:5432,[::1]/dhcp?sslmode=require&connect_timeout=5";
        for (std::string* part : {&before, &after})
            for (std::size_t changes = below(3); changes > 0; --changes)
                part->replace(below(part->size()), below(3), pieces[below(std::size(pieces))]);
        const auto url = parse_database_url(before + "swordfish" + after, environment);
        if (url) continue;
        EXPECT_FALSE(url.error().what.empty());
        if (before == "postgres://app:") {
            EXPECT_THAT(url.error().what + url.error().allowed + url.error().hint,
                        Not(HasSubstr("swordfish")))
                << before << "swordfish" << after;
        }
    }
}

TEST(HostList, Forms) {
    const auto hosts = parse_host_list("db1:5432,db2,2001:db8::1,[2001:db8::2]:7,/run/postgresql");
    ASSERT_TRUE(hosts) << hosts.error().what;
    EXPECT_EQ(
        *hosts,
        (std::vector<DatabaseHost>{
            {"db1", 5432}, {"db2", 0}, {"2001:db8::1", 0}, {"2001:db8::2", 7}, {"/run/postgresql", 0}}));
}

}  // namespace
}  // namespace leasehold::config::database_url_test
