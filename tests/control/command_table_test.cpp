#include "control/command_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace leasehold::command_table_test {
namespace {

TEST(CommandTable, EveryRowIsWhole) {
    for (const auto& command : command_table()) {
        EXPECT_NE(command.handler, nullptr) << command.name;
        EXPECT_FALSE(command.help.empty()) << command.name;
        EXPECT_FALSE(command.help.ends_with('.')) << command.name << ": the page adds the full stop";
        std::set<std::string_view> names;
        for (const auto& argument : command.arguments) {
            EXPECT_TRUE(names.insert(argument.name).second) << command.name << " " << argument.name;
            EXPECT_FALSE(argument.help.empty()) << command.name << " " << argument.name;
            EXPECT_LE(argument.min, argument.max) << command.name << " " << argument.name;
        }
    }
}

TEST(CommandTable, FindsEveryNameAndNoOther) {
    for (const auto family : {Family::v4, Family::v6}) {
        for (const auto& command : command_table())
            EXPECT_EQ(find_command(command.name, family),
                      includes(command.families, family) ? &command : nullptr);
        for (const auto* name : {"", "lease4", "lease4-get-", "zzz", "CONFIG-GET"})
            EXPECT_EQ(find_command(name, family), nullptr);
    }
    EXPECT_EQ(find_command("lease4-get", Family::v6), nullptr);
    EXPECT_EQ(find_command("lease6-get-by-duid", Family::v4), nullptr);
}

// A client may ask for anything that reads; what changes something must be told apart for access rules to
// come.
TEST(CommandTable, AccessFollowsTheName) {
    for (const auto& command : command_table()) {
        const auto& name = command.name;
        const bool reads = name.ends_with("-get") || name.find("-get-") != name.npos ||
                           name.starts_with("list-") || name.ends_with("-list") || name.ends_with("-report") ||
                           name.ends_with("-select-test");
        EXPECT_EQ(command.access, reads ? Access::read : Access::write) << name;
    }
}

}  // namespace
}  // namespace leasehold::command_table_test
