#include "cli/view_arguments.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/command_line.hpp"
#include "cli/views.hpp"

namespace leasehold::view_arguments_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(SearchTerm, MeansWhatItLooksLike) {
    EXPECT_EQ(read_search_term("192.0.2.7").address, to_ipv6(*parse_ipv4("192.0.2.7")));
    EXPECT_EQ(read_search_term("2001:db8::7").address, *parse_ipv6("2001:db8::7"));
    EXPECT_EQ(read_search_term("192.0.2.0/24").network, (Prefix{to_ipv6(*parse_ipv4("192.0.2.0")), 120}));
    EXPECT_EQ(read_search_term("2001:db8::/32").network, *parse_ipv6_prefix("2001:db8::/32"));
    EXPECT_EQ(read_search_term("1A:2b:3C:4d:5e:6f").octets, "1a:2b:3c:4d:5e:6f");
    EXPECT_EQ(read_search_term("1a-2b").octets, "1a:2b");
    EXPECT_EQ(read_search_term("00:03:00:01:1a:2b:3c:4d").octets, "00:03:00:01:1a:2b:3c:4d") << "a DUID, no address";
    for (const auto* const name : {"Printer", "a.b.c", "1a2b", "1a:2b:", "192.0.2", "192.0.2.0/33", "x:y"})
        EXPECT_FALSE(read_search_term(name).name.empty()) << name;
    EXPECT_EQ(read_search_term("Printer").name, "printer");
}

CtlArguments ctl(std::vector<std::string> words) {
    words.insert(words.begin(), {"leasehold", "ctl"});
    const auto line = read_command_line(words);
    const auto* const found = std::get_if<CtlArguments>(&line);
    if (found == nullptr) ADD_FAILURE() << std::get<PrintAndExit>(line).text;
    return found == nullptr ? CtlArguments{} : *found;
}

TEST(CtlCommandLine, ViewsAndTheirOptions) {
    EXPECT_EQ(ctl({"status"}).view, "status");
    const auto leases = ctl({"leases", "anna", "192.0.2.0/24", "--sort", "ends", "-r", "-n", "5", "--subnet", "7", "--json",
                             "-s", "/run/sock", "-6", "--subnet", "8", "desk"});
    EXPECT_EQ(leases.view, "leases");
    EXPECT_EQ(leases.leases.terms.size(), 3u);
    EXPECT_EQ(leases.leases.sort, "ends");
    EXPECT_TRUE(leases.leases.reverse);
    EXPECT_EQ(leases.leases.limit, 5u);
    EXPECT_EQ(leases.leases.subnets, (std::vector<std::uint32_t>{7, 8}));
    EXPECT_TRUE(leases.json) << "also behind the view's name";
    EXPECT_EQ(leases.socket, "/run/sock");
    EXPECT_EQ(leases.family, Family::v6);
    EXPECT_EQ(ctl({"--json", "subnets"}).json, true);
    EXPECT_TRUE(ctl({"leases", "-f"}).leases.follow);
    EXPECT_EQ(ctl({"leases", "--mac", "1A-2B-3C-4D-5E-6F"}).leases.terms.at(0).octets, "1a:2b:3c:4d:5e:6f");
    EXPECT_EQ(ctl({"leases", "--hostname", "10.1.2.3"}).leases.terms.at(0).name, "10.1.2.3");
    EXPECT_EQ(ctl({"watch", "--interval", "0.5"}).interval, 0.5);
}

TEST(CtlCommandLine, RawCommandsAreWhatTheyWere) {
    const auto raw = ctl({"lease4-get", "ip-address=192.0.2.1"});
    EXPECT_EQ(raw.view, "");
    EXPECT_EQ(raw.command, "lease4-get");
    EXPECT_EQ(raw.words, std::vector<std::string>{"ip-address=192.0.2.1"});
    EXPECT_EQ(ctl({"-4", "--json", "config-get"}).command, "config-get");
}

TEST(CtlCommandLine, SaysWhatIsWrong) {
    const auto refused = [](std::vector<std::string> words) {
        words.insert(words.begin(), {"leasehold", "ctl"});
        const auto line = read_command_line(words);
        const auto* const printed = std::get_if<PrintAndExit>(&line);
        if (printed == nullptr) ADD_FAILURE() << "taken";
        if (printed == nullptr) return std::string{};
        EXPECT_EQ(printed->exit_status, 64);
        return printed->text;
    };
    EXPECT_THAT(refused({}), HasSubstr("status, leases"));
    EXPECT_THAT(refused({"leases", "--mac", "nonsense"}), HasSubstr("1a:2b:3c"));
    EXPECT_THAT(refused({"leases", "--address", "anna"}), HasSubstr("192.0.2.7"));
    EXPECT_THAT(refused({"leases", "--sort", "colour"}), HasSubstr("hostname"));
    EXPECT_THAT(refused({"leases", "--limit", "-1"}), HasSubstr("limit"));
    EXPECT_THAT(refused({"leases", "--after", "anna"}), HasSubstr("address"));
    EXPECT_THAT(refused({"subnets", "1a:2b:3c:4d:5e:6f"}), HasSubstr("octets"));
    EXPECT_THAT(refused({"status", "lease4-get"}), HasSubstr("lease4-get"));
    EXPECT_THAT(refused({"-4", "-6", "status"}), HasSubstr("-4"));
    EXPECT_THAT(refused({"watch", "--interval", "0"}), HasSubstr("interval"));
}

TEST(CtlCommandLine, HelpShowsTheExitCodes) {
    const auto line = read_command_line({"leasehold", "ctl", "--help"});
    EXPECT_THAT(std::get<PrintAndExit>(line).text, HasSubstr("69"));
}

json lease(const char* address, const char* mac, const char* hostname) {
    return {{"ip-address", address}, {"hw-address", mac},   {"client-id", "01:1a:2b:3c:4d:5e:6f"},
            {"hostname", hostname},  {"subnet-id", 1},      {"state", 0},
            {"cltt", 1000},          {"valid-lft", 3600}};
}

TEST(LeaseQueryTest, AllTermsMustFit) {
    const auto one = lease("192.0.2.7", "1a:2b:3c:4d:5e:6f", "Anna.example.org");
    const auto fits = [&](std::vector<std::string> words) {
        LeaseQuery query;
        for (const auto& word : words) query.terms.push_back(read_search_term(word));
        return matches(one, query);
    };
    EXPECT_TRUE(fits({}));
    EXPECT_TRUE(fits({"anna"}));
    EXPECT_TRUE(fits({"192.0.2.0/28", "ANNA", "1a:2b"}));
    EXPECT_FALSE(fits({"192.0.2.0/28", "bert"}));
    EXPECT_FALSE(fits({"192.0.2.8"}));
    EXPECT_FALSE(fits({"192.0.2.8/29"}));
    EXPECT_FALSE(fits({"a2:b3"})) << "octets begin at octets";
    LeaseQuery query;
    query.subnets = {2};
    EXPECT_FALSE(matches(one, query));
    query = {};
    query.state = "declined";
    EXPECT_FALSE(matches(one, query));
}

TEST(LeaseQueryTest, DelegatedPrefixesAreFoundByWhatIsInThem) {
    auto prefix = lease("2001:db8:100::", "", "");
    prefix["prefix-len"] = 56;
    LeaseQuery query;
    query.terms = {read_search_term("2001:db8:100:7::1")};
    EXPECT_TRUE(matches(prefix, query));
    query.terms = {read_search_term("2001:db8:101::1")};
    EXPECT_FALSE(matches(prefix, query));
    query.terms = {read_search_term("2001:db8::/32")};
    EXPECT_TRUE(matches(prefix, query));
}

/// Answers pages from a list, as a server does.
struct PagedServer {
    std::vector<json> leases;
    int questions = 0;
    Ask ask() {
        return [this](std::string_view command, const json& arguments) -> CtlResult<json> {
            ++questions;
            EXPECT_EQ(command, "lease4-get-page");
            json page = json::array();
            const auto from = arguments["from"].get<std::string>();
            bool begun = from == "start";
            for (const auto& entry : leases) {
                if (begun && page.size() < arguments["limit"]) page.push_back(entry);
                if (entry["ip-address"] == from) begun = true;
            }
            if (page.empty()) return json(nullptr);
            return json{{"leases", page}, {"count", page.size()}};
        };
    }
};

TEST(LeaseView, SortsAndLimits) {
    PagedServer server;
    for (int i = 1; i != 6; ++i) {
        auto entry = lease(("192.0.2." + std::to_string(i)).c_str(), "1a:2b:3c:4d:5e:6f",
                           i == 3 ? "" : std::string(1, static_cast<char>('f' - i)).c_str());
        entry["cltt"] = 1000 + i % 3;
        server.leases.push_back(entry);
    }
    const auto addresses = [&](LeaseQuery query) {
        const auto shown = view_leases(server.ask(), query, {.terminal = {}, .now = 2000, .family = Family::v4});
        std::string all;
        if (!shown) ADD_FAILURE() << shown.error().text;
        if (shown)
            for (const auto& entry : shown->json["leases"])
                all += entry["ip-address"].get<std::string>().substr(8) + (shown->json["more"] == true ? "+" : " ");
        return all;
    };
    EXPECT_EQ(addresses({}), "1 2 3 4 5 ");
    EXPECT_EQ(addresses({.limit = 2}), "1+2+");
    EXPECT_EQ(addresses({.reverse = true, .limit = 2}), "5+4+");
    EXPECT_EQ(addresses({.sort = "hostname"}), "5 4 2 1 3 ") << "those without a name come last";
    EXPECT_EQ(addresses({.sort = "ends", .limit = 3}), "3+1+4+");
    EXPECT_EQ(addresses({.limit = 2, .after = "192.0.2.2"}), "3+4+");
}

TEST(LeaseView, LooksNoFurtherThanItShows) {
    PagedServer server;
    for (int i = 0; i != 2500; ++i)
        server.leases.push_back(lease(to_string(Ipv4{0x0a000000u + static_cast<unsigned>(i)}).c_str(), "", ""));
    const ViewPlace place{.terminal = {}, .now = 2000, .family = Family::v4};
    auto shown = view_leases(server.ask(), {}, place);
    ASSERT_TRUE(shown);
    EXPECT_EQ(server.questions, 1);
    EXPECT_EQ(shown->json["leases"].size(), 100u);
    EXPECT_THAT(shown->note, HasSubstr("--after 10.0.0.99"));
    server.questions = 0;
    shown = view_leases(server.ask(), {.sort = "hostname", .limit = 10}, place);
    ASSERT_TRUE(shown);
    EXPECT_EQ(server.questions, 3) << "an order of its own needs all";
    EXPECT_THAT(shown->note, HasSubstr("10 of 2500"));
    server.questions = 0;
    LeaseQuery network;
    network.terms = {read_search_term("10.0.4.0/24")};
    network.limit = 0;
    shown = view_leases(server.ask(), network, place);
    ASSERT_TRUE(shown);
    EXPECT_EQ(server.questions, 1) << "the network's part alone is read";
    EXPECT_EQ(shown->json["leases"].size(), 256u);
}

TEST(LeaseView, OtherFamiliesSearchesAskNothing) {
    PagedServer server;
    LeaseQuery query;
    query.terms = {read_search_term("2001:db8::/32")};
    const auto shown = view_leases(server.ask(), query, {.terminal = {}, .now = 0, .family = Family::v4});
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->exit, CtlExit::empty);
    EXPECT_EQ(server.questions, 0);
}

}  // namespace
}  // namespace leasehold::view_arguments_test
