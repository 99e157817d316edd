// Every command of the table, of either family: its success with the shape of the answer, from command_cases.json,
// and each wrong argument, made from the row itself. A row without a case fails.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "config/load_hosts.hpp"
#include "control/absent_commands.hpp"
#include "tests/support/command_test.hpp"

namespace leasehold::command_cases_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json read_cases(Family family) {
    std::ifstream file{std::string{TESTS_DIR} + "/control/command_cases.json"};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    const bool v4 = family == Family::v4;
    const std::array<std::pair<std::string_view, std::string>, 9> words{{
        {"@identifier", v4 ? "hw-address" : "duid"},
        {"\"@add\"", v4 ? R"({ "command": "lease4-add", "arguments": { "ip-address": "@a", "hostname": "anna",
                              "hw-address": "1a:1b:1c:1d:1e:1f", "client-id": "01:02" } })"
                        : R"({ "command": "lease6-add", "arguments": { "ip-address": "@a", "hostname": "anna",
                              "hw-address": "1a:1b:1c:1d:1e:1f", "duid": "01:02:03", "iaid": 7 } })"},
        {"\"@reserve\"", v4 ? R"({ "command": "reservation-add", "arguments": { "reservation": {
                                  "subnet-id": 1, "hw-address": "1a:1b", "ip-address": "@b" } } })"
                            : R"({ "command": "reservation-add", "arguments": { "reservation": {
                                  "subnet-id": 1, "hw-address": "1a:1b", "ip-addresses": [ "@b" ] } } })"},
        {"@long", std::string(1001, 'x')},
        {"@4", v4 ? "4" : "6"},
        {"@A", v4 ? "192.0.2.0/24" : "2001:db8:a::/64"},
        {"@B", v4 ? "198.51.100.0/24" : "2001:db8:b::/64"},
        {"@C", v4 ? "203.0.113.0/24" : "2001:db8:c::/64"},
        {"\"@a\"", v4 ? "\"192.0.2.7\"" : "\"2001:db8:a::7\""},
    }};
    const auto put = [&text](std::string_view mark, const std::string& word) {
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + word.size()))
            text.replace(at, mark.size(), word);
    };
    for (const auto& [mark, word] : words) put(mark, word);
    put("\"@b\"", v4 ? "\"192.0.2.8\"" : "\"2001:db8:a::8\"");
    return config::to_json(testing_support::parsed(text));
}
const json& cases_of(Family family) {
    static const json v4 = read_cases(Family::v4), v6 = read_cases(Family::v6);
    return family == Family::v4 ? v4 : v6;
}

std::string configuration_of(Family family) {
    auto root = cases_of(family).at("configuration");
    if (family == Family::v6) root.at("Dhcp6").update(cases_of(family).at("configuration6"));
    return root.dump();
}

/// nullptr: there is none.
const json* case_of(Family family, std::string_view command) {
    for (const auto& entry : cases_of(family).at("cases"))
        if (entry.at("command") == command) return &entry;
    return nullptr;
}

std::string type_of(const json& value) {
    if (value.is_string()) return "string";
    if (value.is_boolean()) return "boolean";
    if (value.is_number_integer()) return "integer";
    if (value.is_number()) return "real";
    if (value.is_array()) return "list";
    return value.is_object() ? "map" : "null";
}

/// Takes a value and a shape apart side by side.
class ShapeCheck {
public:
    explicit ShapeCheck(const json& shapes) : shapes_{shapes} {}

    void look(const json& value, const json& shape, const std::string& place) const {
        if (shape.is_string()) return look_at_type(value, shape.get<std::string>(), place);
        if (shape.is_array()) {
            ASSERT_TRUE(value.is_array() && !value.empty()) << place << " must be a list with entries: " << value;
            for (const auto& entry : value) look(entry, shape.front(), place + "[]");
            return;
        }
        ASSERT_TRUE(value.is_object()) << place << " must be a map: " << value;
        for (const auto& [key, expected] : shape.items())
            EXPECT_TRUE(key == "*" || key.ends_with('?') || value.contains(key)) << place << " lacks " << key;
        for (const auto& [key, member] : value.items()) {
            const auto* const expected = shape_of_member(shape, key);
            if (expected == nullptr)
                ADD_FAILURE() << place << " has " << key << ", which is not in its shape";
            else
                look(member, *expected, place + "/" + key);
        }
    }

private:
    static const json* shape_of_member(const json& shape, const std::string& key) {
        for (const auto& name : {key, key + "?", std::string{"*"}})
            if (const auto found = shape.find(name); found != shape.end()) return &*found;
        return nullptr;
    }
    void look_at_type(const json& value, const std::string& type, const std::string& place) const {
        if (type.starts_with('@')) return look(value, shapes_.at(type.substr(1)), place);
        if (type == "any") return;
        EXPECT_NE(("|" + type + "|").find("|" + type_of(value) + "|"), std::string::npos)
            << place << " must be " << type << ": " << value;
    }

    const json& shapes_;
};

struct Row {
    Family family;
    const CommandDef* command;
};
std::vector<Row> rows() {
    std::vector<Row> all;
    for (const auto family : {Family::v4, Family::v6})
        for (const auto& command : command_table())
            if (includes(command.families, family)) all.push_back({family, &command});
    return all;
}

/// Values that the row says are wrong.
std::vector<json> wrong_values(const ArgumentDef& argument) {
    std::vector<json> wrong;
    const auto add_range = [&] {
        if (argument.min > std::numeric_limits<std::int64_t>::min()) wrong.push_back(argument.min - 1);
        if (argument.max < std::numeric_limits<std::int64_t>::max()) wrong.push_back(argument.max + 1);
    };
    switch (argument.type) {
        case ArgumentType::text: wrong = {7, json::object()}; break;
        case ArgumentType::integer: wrong = {"7", 7.5}; break;
        case ArgumentType::boolean: wrong = {"true", 1}; break;
        case ArgumentType::integers: wrong = {7, {"7"}, {argument.min - 1}}; break;
        case ArgumentType::text_or_integer: wrong = {true, json::array()}; break;
        case ArgumentType::list: wrong = {json::object(), "x"}; break;
        case ArgumentType::map: wrong = {json::array(), "x"}; break;
    }
    if (argument.type == ArgumentType::integer || argument.type == ArgumentType::text_or_integer) add_range();
    if (!argument.words.empty()) wrong.push_back("no-such-word");
    return wrong;
}

class EveryCommand : public testing_support::CommandTest, public testing::WithParamInterface<Row> {
protected:
    EveryCommand() : CommandTest{GetParam().family, configuration_of(GetParam().family).c_str()} {}

    const CommandDef& command = *GetParam().command;
    const json* entry = case_of(family, command.name);

    json right() const { return entry->value("arguments", json::object()); }

    std::string refused(const json& arguments, std::string_view argument) {
        const auto answer = ask(command.name, arguments.dump());
        const auto text = answer.value("text", "");
        EXPECT_EQ(answer["result"], 1) << arguments << answer;
        EXPECT_THAT(text, HasSubstr(std::string{argument})) << arguments;
        return text;
    }

    void refuses_by_the_row(const ArgumentDef& argument) {
        const std::string name{argument.name};
        if (argument.mandatory) {
            auto without = right();
            without.erase(name);
            const auto text = refused(without, name);
            EXPECT_THAT(text, HasSubstr("missing parameter '" + name + "' of command '" + std::string{command.name} +
                                        "': " + std::string{argument.help}));
        }
        for (const auto& value : wrong_values(argument)) {
            auto arguments = right();
            arguments[name] = value;
            const auto text = refused(arguments, name);
            EXPECT_THAT(text, HasSubstr("parameter '" + name + "' must be ")) << "what is wanted";
            EXPECT_THAT(text, HasSubstr(value.is_number_integer() ? ", not " + value.dump() : ", not "));
        }
    }

    /// What the row cannot know, the case says.
    void refuses_by_the_case(const ArgumentDef& argument) {
        using enum ArgumentType;
        const bool only_typed = (argument.type == text && argument.words.empty()) || argument.type == list ||
                                argument.type == map;
        const json& all = cases_of(family);
        std::vector<json> wrong;
        const json own = entry->value("wrong", json::array());
        for (const auto& [name, arguments] : own.get<std::vector<std::pair<std::string, json>>>())
            if (name == argument.name) wrong.push_back(arguments);
        const auto free = all.at("free").get<std::set<std::string, std::less<>>>();
        if (const auto found = all.at("wrong").find(std::string{argument.name});
            wrong.empty() && only_typed && found != all.at("wrong").end()) {
            auto arguments = right();
            arguments[std::string{argument.name}] = *found;
            wrong.push_back(std::move(arguments));
        }
        EXPECT_TRUE(!only_typed || free.contains(argument.name) || !wrong.empty())
            << "command_cases.json has no wrong value of '" << argument.name << "'";
        for (const auto& arguments : wrong) {
            const auto text = refused(arguments, argument.name);
            const auto value = arguments.at(std::string{argument.name});
            const bool is_short = value.is_string() && value.get<std::string>().size() < 40;
            EXPECT_THAT(text, HasSubstr(is_short ? value.get<std::string>() : "")) << "what came";
        }
    }
};

TEST_P(EveryCommand, RefusesEachWrongArgumentAndSucceedsWithRightOnes) {
    ASSERT_NE(entry, nullptr) << "command_cases.json has no case of " << command.name;
    const auto before = configuration.hash();
    for (const auto& argument : command.arguments) {
        if (!includes(argument.families, family)) continue;
        refuses_by_the_row(argument);
        refuses_by_the_case(argument);
    }
    auto arguments = right();
    arguments["no-such-argument"] = 7;
    if (command.closed) {
        EXPECT_THAT(refused(arguments, "'no-such-argument'"), HasSubstr("and nothing else"));
        arguments.erase("no-such-argument");
    }
    EXPECT_EQ(configuration.hash(), before);

    for (const auto& first : entry->value("before", json::array())) {
        const auto answer = ask(first.at("command").get<std::string>(), first.value("arguments", json::object()).dump());
        ASSERT_EQ(answer["result"], 0) << first << answer;
    }
    auto answer = ask(command.name, arguments.dump());
    EXPECT_EQ(answer["result"], entry->value("result", 0)) << answer;
    EXPECT_EQ(entry->contains("why"), entry->contains("result")) << "where is its success shown?";
    answer.erase("result");
    ShapeCheck{cases_of(family).at("shapes")}.look(answer, entry->at("shape"), "answer");
}

INSTANTIATE_TEST_SUITE_P(Table, EveryCommand, testing::ValuesIn(rows()), [](const auto& row) {
    std::string name{row.param.command->name};
    std::ranges::replace(name, '-', '_');
    return name + (row.param.family == Family::v4 ? "_v4" : "_v6");
});

TEST(CommandCases, AreOfCommandsThatThereAre) {
    for (const auto family : {Family::v4, Family::v6}) {
        std::set<std::string> names;
        for (const auto& entry : cases_of(family).at("cases")) {
            const auto name = entry.at("command").get<std::string>();
            EXPECT_TRUE(find_command(name, Family::v4) != nullptr || find_command(name, Family::v6) != nullptr) << name;
            EXPECT_TRUE(names.insert(name).second) << name << " is there twice";
        }
    }
}

TEST(CommandTable, KnowsTheIdentifiersOfReservations) {
    for (const auto& argument : find_command("reservation-get", Family::v4)->arguments)
        if (argument.name == "identifier-type") {
            EXPECT_EQ(std::set<std::string_view>(argument.words.begin(), argument.words.end()),
                      std::set<std::string_view>(config::host_identifier_names().begin(),
                                                 config::host_identifier_names().end()));
        }
}

// --- every command of Kea's servers, and of the libraries whose work is built in

/// @: the number of either family.
constexpr const char* commands_of_kea =
    "list-commands build-report version-get config-get config-hash-get config-set config-test config-reload "
    "config-write config-backend-pull server-tag-get shutdown dhcp-disable dhcp-enable leases-reclaim "
    "kea-lfc-start interface-list interface-redetect interface-add status-get "
    "statistic-get statistic-get-all statistic-global-get-all statistic-reset statistic-reset-all statistic-remove "
    "statistic-remove-all statistic-sample-age-set statistic-sample-age-set-all statistic-sample-count-set "
    "statistic-sample-count-set-all subnet4-select-test subnet4o6-select-test subnet6-select-test "
    // lease_cmds
    "lease@-add lease@-update lease@-del lease@-get lease@-get-all lease@-get-page lease@-get-by-hw-address "
    "lease4-get-by-client-id lease6-get-by-duid lease@-get-by-hostname lease@-get-by-state lease@-wipe "
    "lease6-bulk-apply lease@-write lease@-resend-ddns sflq-pool@-get-all sflq-pool@-get-by-subnet "
    "sflq-pool@-get-by-range sflq-pool@-rebuild sflq-pool@-del "
    // host_cmds
    "reservation-add reservation-update reservation-del reservation-get reservation-get-all reservation-get-page "
    "reservation-get-by-hostname reservation-get-by-id reservation-get-by-address "
    // subnet_cmds
    "subnet@-list subnet@-get subnet@-add subnet@-update subnet@-del subnet@-delta-add subnet@-delta-del "
    "network@-list network@-get network@-add network@-del network@-subnet-add network@-subnet-del "
    // class_cmds, stat_cmds
    "class-list class-get class-add class-update class-del stat-lease@-get";

TEST(CommandTable, HasEveryCommandOfKeaOrSaysWhyNot) {
    std::istringstream names{commands_of_kea};
    for (std::string written; names >> written;)
        for (const char number : {'4', '6'}) {
            auto name = written;
            std::ranges::replace(name, '@', number);
            const bool is_here =
                find_command(name, Family::v4) != nullptr || find_command(name, Family::v6) != nullptr;
            EXPECT_NE(is_here, find_absent_command(name) != nullptr) << name;
        }
}

class AbsentCommands : public testing_support::CommandTest {
protected:
    AbsentCommands() : CommandTest{Family::v4, configuration_of(Family::v4).c_str()} {}
};

TEST_F(AbsentCommands, AreAnsweredWithTheReason) {
    expect("cache-size", "{}", 2, "'cache-size' command not supported. It is one of Kea's");
    expect("lease4-conjure", "{}", 2, "'lease4-conjure' command not supported.");
    for (const auto& absent : absent_commands()) {
        EXPECT_FALSE(absent.reason.empty() || absent.reason.ends_with('.')) << absent.name;
        EXPECT_EQ(find_absent_command(absent.name), &absent);
    }
}

}  // namespace
}  // namespace leasehold::command_cases_test
