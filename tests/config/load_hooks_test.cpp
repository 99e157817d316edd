// hooks-libraries: parameters of those whose work is built in, and what becomes of the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <syslog.h>

#include "tests/config/configuration.hpp"

namespace leasehold::config::load_hooks_test {
namespace {

using testing::HasSubstr;

std::string library(const std::string& name, const std::string& parameters = "{}") {
    return R"("hooks-libraries": [{"library": "/usr/lib/kea/hooks/)" + name + R"(.so", "parameters": )" +
           parameters + "}]";
}

TEST(LoadHooks, BuiltInOnesAreSilent) {
    const auto loaded = load_global(
        R"("hooks-libraries": [{"library": "libdhcp_limits.so"}, {"library": "/a/libdhcp_bootp.so"}, {"library": "libdhcp_ddns_tuning.so"},
        {"library": "libdhcp_ping_check.so"}, {"library": "libdhcp_run_script.so", "parameters": {"name": "/bin/true", "sync": false}},
        {"library": "libdhcp_flex_id.so", "parameters": {"identifier-expression": "relay4[2].hex", "replace-client-id": true}}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_TRUE(loaded->warnings.empty()) << format(loaded->warnings);
    const ServerConfig& server = *loaded->server;
    EXPECT_TRUE(server.answers_bootp);
    EXPECT_EQ(server.run_script.path, "/bin/true");
    ASSERT_TRUE(server.flex_id);
    EXPECT_EQ(server.flex_id->text(), "relay4[2].hex");
    EXPECT_TRUE(server.flex_id_replaces_client_id);
}

TEST(LoadHooks, OthersAreToldOf) {
    const auto harmless = load_global(library("libdhcp_lease_cmds"));
    ASSERT_TRUE(harmless);
    EXPECT_THAT(format(harmless->warnings), HasSubstr("is not loaded"));
    expect_refused(R"("hooks-libraries": [{"library": @"libdhcp_ha.so"}])",
                   "/Dhcp4/hooks-libraries/0/library", "is not built yet");
    expect_refused(R"("hooks-libraries": [{"library": @"mine.so"}])", "/Dhcp4/hooks-libraries/0/library",
                   "is not known");
}

TEST(LoadHooks, PingChecksInherit) {
    const auto loaded = load_global(
        library("libdhcp_ping_check",
                R"({"min-ping-requests": 2, "reply-timeout": 50, "ping-cltt-secs": 9})") +
        R"(, "shared-networks": [{"name": "n", "user-context": {"ping-check": {"reply-timeout": 70}}, "subnet4": [
            {"id": 1, "subnet": "10.1.0.0/16", "user-context": {"ping-check": {"enable-ping-check": false}}}]}],
           "subnet4": [{"id": 2, "subnet": "10.2.0.0/16"}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    using std::chrono::milliseconds, std::chrono::seconds;
    const auto& subnets = loaded->server->subnets;
    EXPECT_EQ(subnets[0].ping, (PingConfig{false, 2, milliseconds{70}, seconds{9}}));
    EXPECT_EQ(subnets[1].ping, (PingConfig{true, 2, milliseconds{50}, seconds{9}}));
}

TEST(LoadHooks, WithoutItsLibraryUserContextIsFree) {
    const auto loaded = load_global(R"("subnet4": [{"id": 2, "subnet": "10.2.0.0/16",
        "user-context": {"ping-check": {"x": 1}, "limits": 5, "ddns-tuning": {"hostname-expr": "("}}}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_EQ(loaded->server->subnets[0].ping, PingConfig{});
}

TEST(LoadHooks, HostnameExpressionsInherit) {
    const auto loaded = load_global(library("libdhcp_ddns_tuning", R"({"hostname-expr": "'all'"})") +
                                    R"(, "ddns-ttl": 5, "subnet4": [{"id": 1, "subnet": "10.1.0.0/16"},
        {"id": 2, "subnet": "10.2.0.0/16", "user-context": {"ddns-tuning": {"hostname-expr": "'own'"}}}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    const auto& subnets = loaded->server->subnets;
    EXPECT_EQ(subnets[0].ddns->hostname_expression->text(), "'all'");
    EXPECT_EQ(subnets[0].ddns->ttl, 5u);
    EXPECT_EQ(subnets[1].ddns->hostname_expression->text(), "'own'");
}

TEST(LoadHooks, FlexOptions) {
    const auto loaded = load_global(library("libdhcp_flex_option", R"({"options": [
        {"code": 67, "add": "'boot'", "client-class": "c"}, {"name": "routers", "csv-format": true, "supersede": "'192.0.2.1'"},
        {"code": 6, "remove": "member('KNOWN') "},
        {"code": 125, "sub-options": [{"space": "vendor-4491", "name": "tftp-servers", "csv-format": true, "add": "'192.0.2.2'",
          "container-add": false}, {"space": "vendor-4491", "code": 9, "remove": "not member('c') ", "container-remove": false}]}]})") +
                                    R"(, "client-classes": [{"name": "c"}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    const auto& options = loaded->server->flex_options;
    ASSERT_EQ(options.size(), 4u);
    EXPECT_EQ(options[0].code, 67);
    EXPECT_EQ(options[0].action, FlexAction::add);
    EXPECT_EQ(options[0].only_for, loaded->server->class_names.find("c"));
    EXPECT_FALSE(options[0].text_form);
    EXPECT_EQ(options[1].code, 3);
    EXPECT_EQ(options[1].text_form->name, "routers");
    EXPECT_EQ(options[2].action, FlexAction::remove);
    EXPECT_FALSE(options[3].action);
    EXPECT_EQ(options[3].vendor, 4491u);
    ASSERT_EQ(options[3].sub_options.size(), 2u);
    EXPECT_EQ(options[3].sub_options[0].code, 2);
    EXPECT_FALSE(options[3].sub_options[0].container_add);
    EXPECT_EQ(options[3].sub_options[1].action, FlexAction::remove);
    EXPECT_FALSE(options[3].sub_options[1].container_remove);
}

TEST(LoadHooks, LegalLog) {
    const auto loaded = load_global(library("libdhcp_legal_log", R"({"type": "logfile", "path": "/var/log/leasehold/",
        "base-name": "forensic4", "time-unit": "month", "count": 2, "prerotate": "/bin/zip.sh", "postrotate": "/bin/true",
        "mark-continuation-lines": false, "timestamp-format": "%F %T.%Q", "request-parser-format": "pkt4.mac",
        "response-parser-format": "option[51].hex"})"));
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_TRUE(loaded->warnings.empty()) << format(loaded->warnings);
    ASSERT_NE(loaded->server->legal_log, nullptr);
    const LegalLogConfig& legal = *loaded->server->legal_log;
    EXPECT_EQ(legal.target, (LegalLogTarget{.directory = "/var/log/leasehold",
                                            .base_name = "forensic4",
                                            .unit = LegalLogTarget::Unit::month,
                                            .count = 2,
                                            .prerotate = "/bin/zip.sh",
                                            .postrotate = "/bin/true"}));
    EXPECT_FALSE(legal.mark_continuation_lines);
    EXPECT_EQ(legal.timestamp_format, "%F %T.%Q");
    EXPECT_EQ(legal.request_format->text(), "pkt4.mac");
    EXPECT_EQ(legal.response_format->text(), "option[51].hex");
}

TEST(LoadHooks, LegalLogWithoutParametersIsKeas) {
    LoadOptions options;
    options.directories.legal_log = "/srv/logs";
    const auto loaded = load_global(R"("hooks-libraries": [{"library": "libdhcp_legal_log.so"}])", options);
    ASSERT_TRUE(loaded) << format(loaded.error());
    const LegalLogConfig& legal = *loaded->server->legal_log;
    EXPECT_EQ(legal.target, (LegalLogTarget{.directory = "/srv/logs"}));
    EXPECT_TRUE(legal.mark_continuation_lines);
    EXPECT_EQ(legal.timestamp_format, "%Y-%m-%d %H:%M:%S %Z");
    EXPECT_EQ(load_global("")->server->legal_log, nullptr);
}

TEST(LoadHooks, LegalLogMayGoElsewhereWhereSecurityIsRelaxed) {
    LoadOptions options;
    options.relax_security = true;
    const auto loaded = load_global(library("libdhcp_legal_log", R"({"path": "/var/lib/kea/log"})"), options);
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_EQ(loaded->server->legal_log->target.directory, "/var/lib/kea/log");
    EXPECT_THAT(format(loaded->warnings), HasSubstr("as -X permits"));
}

TEST(LoadHooks, LegalLogToSyslog) {
    const auto loaded = load_global(
        library("libdhcp_legal_log", R"({"type": "syslog", "facility": "authpriv", "pattern": "%m", "count": 5})"));
    ASSERT_TRUE(loaded) << format(loaded.error());
    const LegalLogTarget& target = loaded->server->legal_log->target;
    EXPECT_EQ(target.type, LegalLogTarget::Type::syslog);
    EXPECT_EQ(target.facility, LOG_AUTHPRIV);
    EXPECT_EQ(target.pattern, "%m");
    EXPECT_THAT(format(loaded->warnings), HasSubstr("\"count\" says nothing"));
}

TEST(LoadHooks, LegalLoggingInherits) {
    const std::string networks = R"("shared-networks": [{"name": "n", "user-context": {"legal-logging": false}, "subnet4": [
            {"id": 1, "subnet": "10.1.0.0/16"}, {"id": 2, "subnet": "10.2.0.0/16", "user-context": {"legal-logging": true}}]}],
           "subnet4": [{"id": 3, "subnet": "10.3.0.0/16"}, {"id": 4, "subnet": "10.4.0.0/16", "user-context": {"legal-logging": false}}])";
    const auto flags = [](const LoadResult& loaded) {
        std::string text;
        for (const SubnetConfig& subnet : loaded->server->subnets) text += subnet.legal_logging ? '1' : '0';
        return text;
    };
    EXPECT_EQ(flags(load_global(library("libdhcp_legal_log") + ", " + networks)), "0110");
    EXPECT_EQ(flags(load_global(networks)), "1111") << "without its library user-context is free";
    expect_refused(library("libdhcp_legal_log") +
                       R"(, "subnet4": [{"id": 3, "subnet": "10.3.0.0/16", "user-context": {"legal-logging": @"no"}}])",
                   "/Dhcp4/subnet4/0/user-context/legal-logging", "is a switch");
}

struct Wrong {
    const char *library, *parameters, *pointer, *what;
};

TEST(LoadHooks, WrongParametersAreToldAtTheirPlace) {
    const Wrong cases[] = {
        {"limits", R"({@"x": 1})", "/x", "unknown here"},
        {"bootp", R"({@"x": 1})", "/x", "unknown here"},
        {"ping_check", R"({"reply-timeout": @0})", "/reply-timeout", "no number"},
        {"ping_check", R"({"enable-ping-check": @1})", "/enable-ping-check", "is a switch"},
        {"ping_check", R"({@"reply-timout": 5})", "/reply-timout", "unknown here"},
        {"run_script", R"({"name": @"x.sh"})", "/name", "no absolute path"},
        {"run_script", R"({"name": "/x.sh", "sync": @true})", "/sync", "do not wait"},
        {"legal_log", R"({"type": @"mysql"})", "/type", "not kept in a database"},
        {"legal_log", R"({"type": @"postgresql", "name": "kea", "password": "x"})", "/type", "not kept in a database"},
        {"legal_log", R"({"type": @"journal"})", "/type", "no place"},
        {"legal_log", R"({"type": @5})", "/type", "is a text"},
        {"legal_log", R"({@"basename": "x"})", "/basename", "unknown here"},
        {"legal_log", R"({"path": @"/etc"})", "/path", "may not be written to \"/etc\""},
        {"legal_log", R"({"path": @"/var/log/leasehold/../../etc"})", "/path", "may not be written"},
        {"legal_log", R"({"path": @"log"})", "/path", "no absolute path"},
        {"legal_log", R"({"base-name": @"../x"})", "/base-name", "name of a file"},
        {"legal_log", R"({"base-name": @""})", "/base-name", "name of a file"},
        {"legal_log", R"({"time-unit": @"hour"})", "/time-unit", "no unit of rotation"},
        {"legal_log", R"({"count": @-1})", "/count", "no number"},
        {"legal_log", R"({"prerotate": @"zip.sh"})", "/prerotate", "no absolute path"},
        {"legal_log", R"({"postrotate": @true})", "/postrotate", "is a text"},
        {"legal_log", R"({"mark-continuation-lines": @"yes"})", "/mark-continuation-lines", "is a switch"},
        {"legal_log", R"({"timestamp-format": @"%H%n"})", "/timestamp-format", "begin of a line"},
        {"legal_log", R"({"type": "syslog", "facility": @"local8"})", "/facility", "no facility"},
        {"legal_log", R"({"request-parser-format": @"("})", "/request-parser-format", "wrong at its character"},
        {"legal_log", R"({"response-parser-format": @"ifelse(member('ALL'), 'a', 'b') "})", "/response-parser-format",
         "cannot depend on client classes"},
        {"flex_id", R"(@{})", "", "without an expression"},
        {"flex_id", R"({"identifier-expression": @"("})", "/identifier-expression", "wrong at its character"},
        {"flex_id", R"({"identifier-expression": @5})", "/identifier-expression", "is a string"},
        {"flex_id", R"({"identifier-expression": "'x'", "cid-as-rfc4361-duid": @true})",
         "/cid-as-rfc4361-duid", "not taken apart"},
        {"ddns_tuning", R"({"hostname-expr": @"'"})", "/hostname-expr", "wrong at its character"},
        {"flex_option", R"({"options": @5})", "/options", "list of maps"},
        {"flex_option", R"({"options": [@{"add": "'x'"}]})", "/options/0", "which option"},
        {"flex_option", R"({"options": [@{"code": 67}]})", "/options/0", "either what is done"},
        {"flex_option", R"({"options": [{"code": 67, "add": "'x'", "remove": @"member('ALL') "}]})",
         "/options/0/remove", "two things"},
        {"flex_option", R"({"options": [{"code": @300, "add": "'x'"}]})", "/options/0/code", "no code"},
        {"flex_option", R"({"options": [{"name": @"router", "add": "'x'"}]})", "/options/0/name",
         "no option"},
        {"flex_option", R"({"options": [@{"code": 53, "add": "'x'"}]})", "/options/0", "cannot be changed"},
        {"flex_option", R"({"options": [{"code": 240, "csv-format": @true, "add": "'x'"}]})",
         "/options/0/csv-format", "no definition"},
        {"flex_option", R"({"options": [{"code": 67, @"source": "x", "add": "'x'"}]})", "/options/0/source",
         "unknown here"},
        {"flex_option", R"({"options": [{"code": 125, "sub-options": [@{"code": 1, "add": "'x'"}]}]})",
         "/options/0/sub-options/0", "whose sub-options"},
        {"flex_option",
         R"({"options": [{"code": 43, "sub-options": [{"code": 1, "space": @"vendor-5", "add": "'x'"}]}]})",
         "/options/0/sub-options/0/space", "stand in option 125"},
    };
    for (const Wrong& c : cases)
        expect_refused(library("libdhcp_" + std::string{c.library}, c.parameters),
                       std::string{"/Dhcp4/hooks-libraries/0/parameters"} + c.pointer, c.what);
}

}  // namespace
}  // namespace leasehold::config::load_hooks_test
