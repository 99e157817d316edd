// What views look like, at several widths: each case is a file of tests/cli/golden/. UPDATE_GOLDEN=1 writes them anew; look
// at the difference before it is committed.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/text_width.hpp"
#include "cli/views.hpp"
#include "cli/watch_screen.hpp"
#include "tests/support/utc.hpp"

namespace leasehold::view_golden_test {
namespace {

using nlohmann::json;

constexpr std::int64_t now = 1767323000;

json lease4(int number, const char* hostname, int state = 0, std::int64_t ends_in = 3120) {
    const auto octet = std::to_string(number);
    return {{"ip-address", "192.0.2.1" + octet},
            {"hw-address", "1a:2b:3c:4d:5e:" + std::string(2 - std::min<std::size_t>(octet.size(), 2), '0') + octet},
            {"client-id", "ff:5e:6f:1a:2b:00:01:00:01:2c:3d:4e:5f:1a:2b:3c:4d:5e:" + octet},
            {"hostname", hostname},
            {"subnet-id", 1},
            {"state", state},
            {"cltt", now + ends_in - 3600},
            {"valid-lft", 3600}};
}

json leases4() {
    auto forever = lease4(4, "");
    forever["valid-lft"] = 0xffffffff;
    return json::array({lease4(0, "anna.example.org"), lease4(1, "a\x1b[2Jb\u202ec"), lease4(2, "東京のプリンター.example.org"),
                        lease4(3, "", 1, 80000), forever, lease4(5, "gone", 0, -90)});
}

json leases6() {
    json address{{"ip-address", "2001:db8:1::7"}, {"duid", "00:03:00:01:1a:2b:3c:4d:5e:6f"}, {"iaid", 7},
                 {"type", "IA_NA"},               {"hostname", "anna"},                      {"subnet-id", 1},
                 {"state", 0},                    {"cltt", now - 60},                        {"valid-lft", 7200}};
    auto prefix = address;
    prefix["ip-address"] = "2001:db8:8000:100::";
    prefix["type"] = "IA_PD";
    prefix["prefix-len"] = 56;
    prefix["iaid"] = 4294967295;
    return json::array({address, prefix});
}

json status(bool away) {
    json database{{"state", "serving"}, {"where", "postgresql://leasehold@db1/dhcp"}, {"schema-version", 2},
                  {"leases-loaded", 12345}, {"rows-unreadable", 0}, {"on-fail", "serve-retry-continue"},
                  {"open-for", 273600},
                  {"credentials", {{"source", "password-file"}, {"age", 7200}}},
                  {"journal", {{"state", "serving"}, {"file", "/var/lib/leasehold/outage4.db"}, {"leases", 0}, {"octets", 16384},
                               {"octets-max", 67108864}, {"full", false}, {"conflicts", 0}}}};
    json service{{"state", "open"}};
    if (away) {
        database.erase("open-for");
        database.update({{"state", "waiting"}, {"away-for", 95}, {"attempt", 12}, {"attempts-max", 60},
                         {"next-attempt-in", 2},
                         {"last-error", "postgresql://leasehold@db1/dhcp: connection to server at \"db1\" (192.0.2.2), port "
                                        "5432 failed: Connection refused"}});
        database["journal"].update({{"leases", 1234}, {"oldest", now - 94}, {"conflicts", 2}});
        service = {{"state", "open-without-backend"}, {"outage-service", "renew-and-new"},
                   {"reason", "the lease database is away"}};
    }
    return {{"pid", 4242}, {"family", "DHCPv4"}, {"uptime", 273605}, {"reload", 600}, {"service", service},
            {"database-status", database}, {"leases", {{"stored", 12345}}},
            {"sockets", {{"status", "ready"}, {"listening", {"eth1 (raw and udp)", "eth2 (raw and udp)"}},
                         {"errors", away ? json{"eth3: no such interface"} : json::array()}}},
            {"clock", {{"step", 0}, {"reuse-paused", false}}}};
}

json samples(std::initializer_list<int> newest_first) {
    json list = json::array();
    std::int64_t at = now;
    for (const int value : newest_first) {
        const std::time_t time = at;
        char text[32];
        std::strftime(text, sizeof text, "%F %T.000000", std::gmtime(&time));
        list.push_back({value, text});
        at -= 60;
    }
    return list;
}

json reservations() {
    return {{"count", 3},
            {"hosts",
             {{{"subnet-id", 0}, {"hw-address", "1a:1b:1c:1d:1e:1f"}, {"hostname", "printer.example.org"},
               {"client-classes", {"phones", "printers"}}, {"option-data", {1, 2}}},
              {{"subnet-id", 1}, {"client-id", "01:02:03:04"}, {"ip-address", "192.0.2.7"}, {"hostname", ""}},
              {{"subnet-id", 1}, {"duid", "00:03:00:01:1a:2b:3c:4d:5e:6f"},
               {"ip-addresses", {"2001:db8:1::8"}}, {"prefixes", {"2001:db8:9000::/56"}}, {"hostname", "anna"}}}}};
}

/// A server with always the same answers.
CtlResult<json> answer(std::string_view command, const json& arguments) {
    if (command == "lease4-get-page") return arguments["from"] == "start" ? json{{"leases", leases4()}} : json(nullptr);
    if (command == "lease6-get-page") return arguments["from"] == "start" ? json{{"leases", leases6()}} : json(nullptr);
    if (command == "reservation-get-page") return arguments.contains("from") ? json(nullptr) : reservations();
    if (command == "stat-lease4-get")
        return json{{"result-set",
                     {{"columns", {"subnet-id", "total-addresses", "cumulative-assigned-addresses", "assigned-addresses",
                                   "declined-addresses"}},
                      {"rows", {{1, 100, 500, 82, 0}, {7, 65536, 9, 9, 0}, {9, 10, 10, 9, 1}, {12, 0, 0, 0, 0}}}}}};
    if (command == "stat-lease6-get")
        return json{{"result-set",
                     {{"columns", {"subnet-id", "total-nas", "assigned-nas", "declined-addresses", "total-pds",
                                   "assigned-pds"}},
                      {"rows", {{1, 18446744073709551616.0, 12, 0, 65536, 52000}}}}}};
    if (command == "subnet4-list")
        return json{{"subnets",
                     {{{"id", 1}, {"subnet", "192.0.2.0/24"}, {"shared-network-name", nullptr}},
                      {{"id", 7}, {"subnet", "10.7.0.0/16"}, {"shared-network-name", "floor-2"}},
                      {{"id", 9}, {"subnet", "198.51.100.0/28"}, {"shared-network-name", "floor-2"}},
                      {{"id", 12}, {"subnet", "203.0.113.0/24"}, {"shared-network-name", nullptr}}}}};
    if (command == "subnet6-list") return json{{"subnets", {{{"id", 1}, {"subnet", "2001:db8:1::/64"}}}}};
    if (command == "statistic-get") {
        const auto name = arguments["name"].get<std::string>();
        if (name == "subnet[1].assigned-addresses") return json{{name, samples({82, 80, 70, 40, 20})}};
        if (name == "subnet[7].assigned-addresses") return json{{name, samples({9, 15})}};
        return json::object();
    }
    ADD_FAILURE() << "nobody expected " << command;
    return json(nullptr);
}

enum class Shown { leases4, leases6, status, status_away, backends, backends_away, subnets4, subnets6, reservations, watch };

struct GoldenCase {
    const char* name;
    Shown shown;
    std::size_t width;  // 0: no terminal
    bool colours = false;
    bool utf8 = true;
    std::size_t height = 0;
};
void PrintTo(const GoldenCase& one, std::ostream* out) {
    *out << one.name;
}

std::string shown_watch(const Terminal& terminal) {
    WatchLook look{.family = Family::v4, .failure = {}, .status = status(true), .answers = {}, .events = {}};
    const Ask recorded = [&](std::string_view command, const json& arguments) {
        auto given = answer(command, arguments);
        if (given) look.answers[std::string{command} + " " + arguments.dump()] = *given;
        return given;
    };
    EXPECT_TRUE(view_subnets(recorded, {.sort = "use"}, {.terminal = {}, .now = now, .family = Family::v4}));
    for (const char* const cause : {"granted", "renewed", "declined", "released"})
        look.events.push_back({{{"event", "lease"}, {"cause", cause},
                                {std::string{cause} == "released" ? "before" : "after", lease4(1, "a\x1b[2Jb")}},
                               now});
    look.events.push_back({{{"event", "gap"}, {"missing", 5}, {"reason", "they are too long ago, and no longer kept"}}, now});
    std::string text;
    const auto lines = watch_frame({look}, terminal, now, 1);
    EXPECT_LE(lines.size(), terminal.height);
    for (const auto& line : lines) text += line + "\n";
    return text;
}

std::string shown(const GoldenCase& golden) {
    const ViewPlace place{.terminal = {.is_terminal = golden.width != 0, .width = golden.width, .height = golden.height,
                                       .colours = golden.colours, .utf8 = golden.utf8},
                          .now = now,
                          .family = golden.shown == Shown::leases6 || golden.shown == Shown::subnets6 ? Family::v6 : Family::v4};
    const auto text = [](const ViewResult& result) { return result ? result->text : result.error().text; };
    switch (golden.shown) {
        case Shown::leases4:
        case Shown::leases6: return text(view_leases(answer, {}, place));
        case Shown::status: return view_status(status(false), place).text;
        case Shown::status_away: return view_status(status(true), place).text;
        case Shown::backends: return view_backends(status(false), place).text;
        case Shown::backends_away: return view_backends(status(true), place).text;
        case Shown::subnets4:
        case Shown::subnets6: return text(view_subnets(answer, {}, place));
        case Shown::reservations: return text(view_reservations(answer, {}, place));
        case Shown::watch: return shown_watch(place.terminal);
    }
    return {};
}

class GoldenView : public testing::TestWithParam<GoldenCase> {
protected:
    testing_support::Utc utc;
};

TEST_P(GoldenView, IsAsItWas) {
    const auto& golden = GetParam();
    const auto text = shown(golden);
    if (golden.width != 0)
        for (std::size_t begin = 0; begin < text.size() && !golden.colours;) {
            const auto end = text.find('\n', begin);
            EXPECT_LE(text_width(std::string_view{text}.substr(begin, end - begin)), golden.width);
            begin = end + 1;
        }
    const auto path = std::string{TESTS_DIR} + "/cli/golden/" + golden.name + ".txt";
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream{path} << text;
    std::ifstream file{path};
    ASSERT_TRUE(file) << path << " is missing: UPDATE_GOLDEN=1 writes it";
    EXPECT_EQ(text, (std::string{std::istreambuf_iterator<char>{file}, {}})) << path;
}

INSTANTIATE_TEST_SUITE_P(
    Files, GoldenView,
    testing::Values(GoldenCase{"leases4-file", Shown::leases4, 0}, GoldenCase{"leases4-120", Shown::leases4, 120},
                    GoldenCase{"leases4-80", Shown::leases4, 80}, GoldenCase{"leases4-40", Shown::leases4, 40},
                    GoldenCase{"leases4-80-colours", Shown::leases4, 80, true},
                    GoldenCase{"leases4-80-ascii", Shown::leases4, 80, false, false},
                    GoldenCase{"leases6-120", Shown::leases6, 120}, GoldenCase{"leases6-60", Shown::leases6, 60},
                    GoldenCase{"status-80", Shown::status, 80}, GoldenCase{"status-away-80", Shown::status_away, 80},
                    GoldenCase{"status-away-40", Shown::status_away, 40},
                    GoldenCase{"status-away-80-colours", Shown::status_away, 80, true},
                    GoldenCase{"backends-80", Shown::backends, 80},
                    GoldenCase{"backends-away-80", Shown::backends_away, 80},
                    GoldenCase{"subnets4-160", Shown::subnets4, 160}, GoldenCase{"subnets4-80", Shown::subnets4, 80},
                    GoldenCase{"subnets4-40", Shown::subnets4, 40},
                    GoldenCase{"subnets4-80-colours", Shown::subnets4, 80, true},
                    GoldenCase{"subnets4-80-ascii", Shown::subnets4, 80, false, false},
                    GoldenCase{"subnets6-120", Shown::subnets6, 120},
                    GoldenCase{"reservations-100", Shown::reservations, 100},
                    GoldenCase{"reservations-50", Shown::reservations, 50},
                    GoldenCase{"watch-100x24", Shown::watch, 100, false, true, 24},
                    GoldenCase{"watch-60x12", Shown::watch, 60, false, true, 12},
                    GoldenCase{"watch-30x5", Shown::watch, 30, false, true, 5}),
    [](const auto& one) {
        std::string name = one.param.name;
        std::ranges::replace(name, '-', '_');
        return name;
    });

// Whatever a server answers, another one's shape too: something comes out, and nothing breaks.
TEST(ViewShapes, AnyAnswerIsBorne) {
    for (const auto* const shape :
         {"null", "{}", "[]", "7", "\"x\"", R"({ "leases": 5, "hosts": {}, "subnets": "x", "result-set": [] })",
          R"({ "leases": [ 5, null, {} ], "hosts": [ 7, null ], "subnets": [ 1 ],
               "result-set": { "columns": [ 7, "subnet-id" ], "rows": [ 1, [], [ {} ], [ "x", "y" ] ] } })",
          R"({ "leases": [ { "ip-address": [], "prefix-len": -7, "state": 99, "cltt": "x" } ],
               "result-set": { "columns": "x", "rows": 7 }, "next": 7, "database-status": 5, "service": [] })"}) {
        const auto value = json::parse(shape);
        const Ask same = [&](std::string_view, const json&) -> CtlResult<json> { return value; };
        for (const auto family : {Family::v4, Family::v6}) {
            const ViewPlace place{.terminal = {.is_terminal = true, .width = 80, .height = 24, .colours = false, .utf8 = true}, .now = now, .family = family};
            EXPECT_TRUE(view_leases(same, {}, place));
            EXPECT_TRUE(view_subnets(same, {}, place));
            EXPECT_TRUE(view_reservations(same, {}, place));
            EXPECT_FALSE(view_status(value, place).text.empty());
            view_backends(value, place);
            EXPECT_FALSE(event_line(value, place).empty());
            LeaseFollower follower{same, {}};
            EXPECT_TRUE(follower.look());
        }
    }
}

}  // namespace
}  // namespace leasehold::view_golden_test
