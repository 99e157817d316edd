#include "dhcp/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace leasehold::log_test {
namespace {

std::string rendered(std::string_view text, std::initializer_list<LogField> fields) {
    const MessageDef def{MessageId::DHCP4_STARTED, "DHCP4_STARTED", LogSeverity::info, 0, "dhcp4", text};
    return render(def, std::span<const LogField>{fields.begin(), fields.size()});
}

TEST(Render, PutsFieldsOfEachTypeIn) {
    EXPECT_EQ(rendered("{client}: {address} for {seconds} s, {delta} off, load {load}",
                       {{"seconds", 3600U},
                        {"client", "aa:bb"},
                        {"address", std::string{"192.0.2.1"}},
                        {"delta", -5},
                        {"load", 0.5}}),
              "aa:bb: 192.0.2.1 for 3600 s, -5 off, load 0.5");
}

TEST(Render, MissingFieldKeepsItsName) {
    EXPECT_EQ(rendered("stopped: {reason}", {}), "stopped: {reason}");
}

TEST(Render, UnclosedBraceIsText) {
    EXPECT_EQ(rendered("a {reason", {{"reason", "x"}}), "a {reason");
}

TEST(Render, FieldTextIsNotExpandedAgain) {
    EXPECT_EQ(rendered("{client} {reason}", {{"client", "{reason}"}, {"reason", "r"}}), "{reason} r");
}

// A hostname comes from the network: it must neither end the line nor steer a terminal.
TEST(Render, ControlAndForeignOctetsAreEscaped) {
    EXPECT_EQ(rendered("{client}", {{"client", std::string_view{"a\nb\x1b[31m\x7f\xc3\xa9\\\0z", 14}}}),
              R"(a\nb\x1b[31m\x7f\xc3\xa9\\\x00z)");
}

TEST(MessageTable, EveryRowIsUsable) {
    std::set<std::string_view> names;
    for (const auto& def : message_defs()) {
        EXPECT_TRUE(names.insert(def.name).second) << def.name << " is there twice";
        EXPECT_EQ(&message_def(def.id), &def);
        EXPECT_FALSE(def.text.empty());
        EXPECT_FALSE(def.logger.empty());
        EXPECT_TRUE(def.debug_level >= 0 && def.debug_level <= 99) << def.name;
        EXPECT_TRUE(def.severity == LogSeverity::debug || def.debug_level == 0)
            << def.name << ": only debug messages have a level";
        EXPECT_EQ(std::ranges::count(def.text, '{'), std::ranges::count(def.text, '}')) << def.name;
    }
}

struct CollectingSink final : LogSink {
    bool on = true;
    std::vector<std::string> lines;
    bool enabled(const MessageDef&) const noexcept override { return on; }
    void write(const MessageDef& def, std::span<const LogField> fields) override {
        lines.push_back(render(def, fields));
    }
};

TEST(Log, GoesToTheSinkWhileItListens) {
    CollectingSink sink;
    log(MessageId::DHCP4_SHUTDOWN, {{"reason", "nobody listens"}});
    EXPECT_FALSE(log_enabled(MessageId::DHCP4_SHUTDOWN));

    set_log_sink(&sink);
    EXPECT_TRUE(log_enabled(MessageId::DHCP4_SHUTDOWN));
    log(MessageId::DHCP4_SHUTDOWN, {{"reason", "SIGTERM"}});
    sink.on = false;
    EXPECT_FALSE(log_enabled(MessageId::DHCP4_SHUTDOWN));
    log(MessageId::DHCP4_SHUTDOWN, {{"reason", "switched off"}});
    set_log_sink(nullptr);

    EXPECT_EQ(sink.lines, std::vector<std::string>{"stopped: SIGTERM"});
}

}  // namespace
}  // namespace leasehold::log_test
