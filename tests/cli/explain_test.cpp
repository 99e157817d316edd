// `leasehold explain` from its words to its text: each file of tests/cli/explain begins with a command and goes on with
// what it prints and its exit status. A change that is meant is written with LEASEHOLD_WRITE_EXPECTED=1 in the
// environment, and read by whoever commits it. And every packet of the capture collection is explained.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/command_line.hpp"
#include "cli/rehearsal_tools.hpp"
#include "dhcp/client_identity.hpp"
#include "tests/support/captures.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::explain_test {
namespace {

using testing::HasSubstr;

const std::filesystem::path folder{TESTS_DIR "/cli/explain"};

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// Names of files stand for those of the folder.
std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words;
    std::istringstream in{line};
    for (std::string word; in >> word;) {
        if (word == "$") continue;
        std::error_code too_long;
        words.push_back(std::filesystem::exists(folder / word, too_long) ? (folder / word).string() : word);
    }
    return words;
}

struct Ran {
    int status = -1;
    std::string out, err;
};

Ran run(const std::vector<std::string>& words) {
    const auto given = read_command_line(words);
    const auto* const tool = std::get_if<RehearsalArguments>(&given);
    if (tool == nullptr) {
        const auto* const refused = std::get_if<PrintAndExit>(&given);
        return {refused == nullptr ? -1 : refused->exit_status, "", refused == nullptr ? "" : refused->text};
    }
    std::ostringstream out, err;
    const int status = run_rehearsal(*tool, out, err);
    return {status, out.str(), err.str()};
}

/// Nothing of the machine's own is read or written.
struct OwnFolders : testing::Test {
    OwnFolders() { setenv("KEA_DHCP_DATA_DIR", folder_.path().c_str(), 1); }
    ~OwnFolders() override { unsetenv("KEA_DHCP_DATA_DIR"); }
    testing_support::TemporaryDirectory folder_;
};

std::vector<std::string> golden_names() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{folder})
        if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
    std::ranges::sort(names);
    return names;
}

struct ExplainGolden : OwnFolders, testing::WithParamInterface<std::string> {};

TEST_P(ExplainGolden, IsAsWritten) {
    const auto file = folder / (GetParam() + ".txt");
    const auto expected = text_of(file);
    const auto command = expected.substr(0, expected.find('\n'));
    const auto ran = run(words_of(command));
    EXPECT_EQ(ran.err, "");
    auto out = ran.out;
    for (auto at = out.find(folder.string()); at != std::string::npos; at = out.find(folder.string()))
        out.erase(at, folder.string().size() + 1);
    const auto seen = command + "\n" + out + "exit status " + std::to_string(ran.status) + "\n";
    if (std::getenv("LEASEHOLD_WRITE_EXPECTED") != nullptr) std::ofstream{file} << seen;
    EXPECT_EQ(seen, expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, ExplainGolden, testing::ValuesIn(golden_names()), [](const auto& of) {
    auto name = of.param;
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST(ExplainPage, IsWhatTheDocumentationShows) {
    const auto page = text_of(SOURCE_DIR "/docs/rehearsal.md");
    for (const auto* name : {"class-match", "pool-exhausted"}) {
        auto shown = text_of(folder / (std::string{name} + ".txt"));
        shown.resize(shown.rfind("exit status"));
        EXPECT_THAT(page, HasSubstr("```\n" + shown + "```\n")) << name;
    }
}

// --- every packet of the collection

/// What the office says to it.
std::string answer_to(const std::string& configuration, const Capture& capture) {
    const auto ran = run({"leasehold", "explain", "-c", (folder / configuration).string(), "--json", "--hex",
                          to_hex({capture.bytes.data(), capture.bytes.size()}, "")});
    if (ran.out.empty()) return "failed: " + ran.err;
    const auto said = nlohmann::json::parse(ran.out);
    if (said.contains("no-answer")) return "silence: " + said["no-answer"]["reason"].get<std::string>();
    if (said["answer"]["message"].is_null()) return "nothing due";
    std::string text = said["answer"]["message"];
    for (const auto& lease : said["leases"]) {
        if (lease.contains("address")) text += " " + lease["address"].get<std::string>();
        if (!lease.contains("leases")) continue;
        for (const auto& given : lease["leases"]) text += " " + given["address"].get<std::string>();
        if (lease.contains("status")) text += " " + lease["status"]["code"].get<std::string>();
    }
    EXPECT_FALSE(said["options"].empty()) << capture.name;
    for (const auto& option : said["options"]) EXPECT_NE(option["from"], "") << capture.name;
    return text;
}

void expect_answers(const std::string& configuration, const std::string& captures,
                    const std::map<std::string, std::string>& expected) {
    std::map<std::string, std::string> seen;
    for (const auto& capture : load_captures(captures)) seen[capture.name] = answer_to(configuration, capture);
    EXPECT_EQ(seen, expected);
}

using ExplainCaptures = OwnFolders;

TEST_F(ExplainCaptures, OfDhcpv4) {
    expect_answers("office4.conf", TESTS_DIR "/captures/v4",
                   {{"client-cable-modem", "silence: no subnet"},
                    {"client-desk-phone", "DHCPOFFER 192.0.2.10"},
                    {"client-dhclient", "DHCPOFFER 192.0.2.10"},
                    {"client-dhcpcd", "DHCPOFFER 192.0.2.10"},
                    {"client-http-boot", "DHCPOFFER 192.0.2.10"},
                    {"client-ipxe", "DHCPOFFER 192.0.2.10"},
                    {"client-pxe-uefi", "DHCPOFFER 192.0.2.10"},
                    {"client-rapid-commit", "DHCPOFFER 192.0.2.10"},
                    {"client-telephone-ipv6-only", "DHCPOFFER 192.0.2.10"},
                    {"client-udhcpc", "DHCPOFFER 192.0.2.10"},
                    {"client-windows", "DHCPOFFER 192.0.2.10"},
                    {"decline", "silence: for another server"},
                    {"discover-direct", "DHCPOFFER 192.0.2.10"},
                    {"discover-long-option", "DHCPOFFER 192.0.2.10"},
                    {"discover-overload", "DHCPOFFER 192.0.2.10"},
                    {"discover-via-relay", "silence: no subnet"},
                    {"inform", "DHCPACK"},
                    {"release", "silence: for another server"},
                    {"request-init-reboot", "silence: a client of another server, perhaps"},
                    {"request-rebinding", "silence: an address of no pool"},
                    {"request-renewing", "silence: an address of no pool"},
                    {"request-selecting", "silence: for another server"}});
}

TEST_F(ExplainCaptures, OfDhcpv6) {
    expect_answers("office6.conf", TESTS_DIR "/captures/v6",
                   {{"addr-reg-inform", "silence: against the protocol"},
                    {"confirm", "REPLY"},
                    {"decline", "silence: for another server"},
                    {"dhcpv4-query", "silence: unknown message type"},
                    {"information-request", "REPLY"},
                    {"rebind", "REPLY 2001:db8:1::10 2001:db8:1::77"},
                    {"release", "silence: for another server"},
                    {"renew", "silence: for another server"},
                    {"request", "silence: for another server"},
                    {"solicit-direct", "ADVERTISE 2001:db8:1::10"},
                    {"solicit-several-ias", "ADVERTISE 2001:db8:1::10 2001:db8:f000::/56 2001:db8:f000:200::/56"},
                    {"solicit-vendor", "ADVERTISE 2001:db8:1::99"},
                    {"solicit-via-relay", "ADVERTISE 2001:db8:1::10"},
                    {"solicit-via-three-relays", "ADVERTISE NoPrefixAvail"}});
}

// --- words that cannot be

struct WrongWords {
    std::vector<std::string> words;
    int status;
    const char* says;
};
struct ExplainRefuses : OwnFolders, testing::WithParamInterface<WrongWords> {};

TEST_P(ExplainRefuses, AndSaysWhy) {
    std::vector<std::string> words{"leasehold", "explain", "-c", (folder / "office4.conf").string()};
    words.insert(words.end(), GetParam().words.begin(), GetParam().words.end());
    const auto ran = run(words);
    EXPECT_EQ(ran.status, GetParam().status) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(GetParam().says));
    EXPECT_EQ(ran.out, "");
}

INSTANTIATE_TEST_SUITE_P(
    Words, ExplainRefuses,
    testing::Values(WrongWords{{}, 64, "required"}, WrongWords{{"--mac", "zz"}, 64, "--mac: \"zz\" is not hexadecimal"},
                    WrongWords{{"--mac", "02:00:5e:10:00:01", "--hex", "00"}, 64, "one of them only"},
                    WrongWords{{"--mac", "02:00:5e:10:00:01", "--message", "shout"}, 64, "there are discover, request"},
                    WrongWords{{"--mac", "02:00:5e:10:00:01", "--relay", "2001:db8::1", "-4"}, 64, "not an IPv4 address"},
                    WrongWords{{"--mac", "02:00:5e:10:00:01", "--option", "60"}, 64, "CODE=TEXT"},
                    WrongWords{{"--mac", "02:00:5e:10:00:01", "--option", "300=x"}, 64, "from 1 to 254"},
                    WrongWords{{"--mac", "02:00:5e:10:00:01", "--ask", "1,x"}, 64, "\"x\" is not the code"},
                    WrongWords{{"--mac", "02:00:5e:10:00:01", "--interface", "lan0/x"}, 64, "lan0/192.0.2.1"},
                    WrongWords{{"--mac", "02:00:5e:10:00:01", "--leases", "/nowhere.csv"}, 65, "does not exist"},
                    WrongWords{{"--mac", "02:00:5e:10:00:01", "--relay", "10.8.0.1", "--message", "renew"}, 64,
                               "(no subnet fits where the packet came from)"},
                    WrongWords{{"--packet", "/nowhere.pcap"}, 65, "cannot be opened"},
                    WrongWords{{"--duid", "00:03:00:01:02:00:5e:10:00:02", "-6"}, 78, "Dhcp6"}));

}  // namespace
}  // namespace leasehold::explain_test
