// What expressions see of a DHCPv4 packet, and which classes it gets, in which order.
#include "dhcp/classify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dhcp/log.hpp"
#include "dhcp/v4/classify.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v4/packet_source.hpp"
#include "tests/support/allocation_count.hpp"
#include "tests/support/world.hpp"

namespace leasehold::v4::classify_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing_world::Bytes;
using testing_world::Client;
using testing_world::ip;
using testing_world::Packet;

/// Keeps what a PacketSource looks at.
struct Sent {
    explicit Sent(Packet sent)
        : packet{std::move(sent)},
          bytes{packet.bytes()},
          message{MessageView::parse(bytes).value()},
          source{message, packet.arrival} {}
    Packet packet;
    Bytes bytes;
    MessageView message;
    PacketSource source;
};

ExpressionNames names_of(const ClassNames& names) {
    return {.family = Family::v4,
            .option_named = [](std::string_view name) { return find_option(name); },
            .option_coded = [](std::uint16_t code) { return find_option(static_cast<std::uint8_t>(code)); },
            .class_named = [&names](std::string_view name) { return names.find(name); }};
}

/// A configuration with classes only, in the order in which they are added.
struct Classes {
    ClientClassConfig& add(std::string_view name) {
        auto& added = config.classes.emplace_back();
        added.id = config.class_names.intern(name);
        added.name = name;
        return added;
    }
    ClientClassConfig& add(std::string_view name, std::string_view test) {
        auto& added = add(name);
        added.test = compiled(Expression::Kind::test, test);
        return added;
    }
    ClientClassConfig& add_template(std::string_view name, std::string_view text) {
        auto& added = add(name);
        added.template_test = compiled(Expression::Kind::text, text);
        return added;
    }
    Expression compiled(Expression::Kind kind, std::string_view text) const {
        auto made = Expression::compile(kind, text, names_of(config.class_names));
        if (!made) throw std::runtime_error(std::string{text} + ": " + made.error().detail);
        return *made;
    }
    void mention(std::string_view name) { config.class_names.intern(name); }
    const ServerConfig& finished() {
        finish(config);
        return config;
    }
    std::vector<std::string> names(const ClassSet& set) const {
        std::vector<std::string> all;
        for (const ClassId id : set.all()) all.emplace_back(config.class_names.name(id));
        return all;
    }
    std::vector<std::string> of(const Packet& packet) {
        const Sent sent{packet};
        ClassSet set;
        EXPECT_EQ(classify(sent.source, sent.message, finished(), set), 0u);
        return names(set);
    }

    ServerConfig config;
};

const Client client = Client::number(1);

// --- what expressions see

struct SeenRow {
    std::string_view test;
    bool outcome;
};

void expect_seen(const Packet& packet, std::span<const SeenRow> rows) {
    const Sent sent{packet};
    const ClassNames names;
    for (const auto& row : rows) {
        const auto test = Expression::compile(Expression::Kind::test, row.test, names_of(names));
        ASSERT_TRUE(test) << row.test << ": " << test.error().detail;
        EXPECT_EQ(test->matches(sent.source, {}).value(), row.outcome) << row.test;
    }
}

TEST(PacketSource, HeaderAndArrival) {
    auto packet = client.renewing("192.0.2.10");
    packet.giaddr = ip("10.9.8.7");
    packet.arrival.interface_name = "lan0";
    packet.arrival.source = ip("192.0.2.10");
    packet.arrival.destination = ip("192.0.2.1");
    expect_seen(packet,
                std::array{
                    SeenRow{"pkt.iface == 'lan0'", true},
                    SeenRow{"pkt.src == 192.0.2.10 and pkt.dst == 192.0.2.1", true},
                    SeenRow{"pkt.len == 0", false},
                    SeenRow{"pkt4.mac == 0x020000000001 and pkt4.hlen == 6 and pkt4.htype == 1", true},
                    SeenRow{"pkt4.ciaddr == 192.0.2.10 and pkt4.giaddr == 10.9.8.7", true},
                    SeenRow{"pkt4.yiaddr == 0.0.0.0 and pkt4.siaddr == 0.0.0.0", true},
                    SeenRow{"pkt4.msgtype == 3", true},
                    SeenRow{"substring(pkt4.transid, 0, all) == pkt4.transid", true},
                });
    const Sent sent{packet};
    EXPECT_TRUE(sent.source.relay6_address(0, true).empty());
    EXPECT_FALSE(sent.source.option(OptionOrigin::relay6, 0, 18));
    EXPECT_FALSE(sent.source.option(OptionOrigin::packet, std::nullopt, 256));
}

TEST(PacketSource, RelayAndEncapsulatedOptions) {
    auto packet = client.discover();
    packet.with(82, {1, 3, 'e', 't', 'h', 2, 2, 0xab, 0xcd});
    packet.with(43, {0, 0, 1, 2, 'h', 'i', 255, 2, 1, 'x'});
    expect_seen(packet,
                std::array{
                    SeenRow{"relay4[1].hex == 'eth' and relay4[2].hex == 0xabcd", true},
                    SeenRow{"option[82].option[2].hex == 0xabcd", true}, SeenRow{"relay4[3].exists", false},
                    SeenRow{"option[43].option[1].text == 'hi'", true},  // behind PAD
                    SeenRow{"option[43].option[2].exists", false},       // behind END
                });
}

TEST(PacketSource, DamagedSubOptionsAreNotThere) {
    auto packet = client.discover();
    packet.with(43, {1, 1, 'a', 2, 200, 'b'});
    packet.with(60, {9});
    packet.with(124, {0, 0, 1, 0, 9, 'a'});
    packet.with(125, {0, 0, 1});
    expect_seen(packet, std::array{
                            SeenRow{"option[43].option[1].hex == 'a'", true},
                            SeenRow{"option[43].option[2].exists", false},
                            SeenRow{"option[60].option[9].exists", false},
                            SeenRow{"vendor-class[256].exists", true},
                            SeenRow{"vendor-class[256].data == ''", true},
                            SeenRow{"vendor[*].exists or vendor[*].option[1].exists", false},
                            SeenRow{"option[125].option[1].exists", false},
                        });
}

TEST(PacketSource, VendorOptionsOfTheFirstEnterprise) {
    auto packet = client.discover();
    packet.with(124, {0, 0, 0x11, 0x8b, 2, 'a', 'b', 0, 0, 0, 9, 1, 'c'});
    packet.with(125, {0, 0, 0x11, 0x8b, 6, 1, 4, 2, 2, 'o', 'k', 0, 0, 0, 9, 3, 5, 1, 'z'});
    expect_seen(packet,
                std::array{
                    SeenRow{"vendor.enterprise == 4491 and vendor-class.enterprise == 4491", true},
                    SeenRow{"vendor[4491].exists and vendor[*].exists and not vendor[9].exists", true},
                    SeenRow{"vendor[4491].option[1].option[2].text == 'ok'", true},
                    SeenRow{"option[125].option[1].option[2].text == 'ok'", true},
                    SeenRow{"vendor[*].option[5].exists or vendor[9].option[5].exists", false},
                    SeenRow{"vendor-class[4491].data == 'ab' and vendor-class[*].data[1] == 'c'", true},
                    SeenRow{"vendor-class[4491].data[2] == '' and vendor-class[9].data == ''", true},
                });
}

// --- classes

TEST(Classify, EveryPacketIsInAll) {
    EXPECT_THAT(Classes{}.of(client.discover()), ElementsAre("ALL"));
}

TEST(Classify, AMessageWithoutTypeIsInBootp) {
    auto packet = client.discover();
    packet.type = MessageType::none;
    EXPECT_THAT(Classes{}.of(packet), ElementsAre("ALL", "BOOTP"));
}

TEST(Classify, TheVendorClassCountsIfTheConfigurationMentionsIt) {
    Classes classes;
    const auto packet = client.discover().with_text(60, "MSFT 5.0");
    EXPECT_THAT(classes.of(packet), ElementsAre("ALL"));
    classes.mention("VENDOR_CLASS_MSFT%205.0");
    classes.mention("VENDOR_CLASS_");
    EXPECT_THAT(classes.of(packet), ElementsAre("ALL", "VENDOR_CLASS_MSFT%205.0"));
    EXPECT_THAT(classes.of(client.discover().with(60, {'M', 'S', 'F', 'T', ' ', '5', '.', '0', 0})),
                ElementsAre("ALL", "VENDOR_CLASS_MSFT%205.0"));
    EXPECT_THAT(classes.of(client.discover().with(60, {0})), ElementsAre("ALL"));
    EXPECT_THAT(classes.of(client.discover()), ElementsAre("ALL"));
}

TEST(Classify, NamesMadeFromAPacketAreEscaped) {
    Classes classes;
    classes.mention("VENDOR_CLASS_!#$%%&*+-./:?@^_|~aZ9%22%27%28%2C%3B%3D%5B%5C%7B%00%7F%FF");
    auto text = Bytes{};
    for (const char c : std::string_view{"!#$%&*+-./:?@^_|~aZ9\"'(,;=[\\{"})
        text.push_back(static_cast<std::uint8_t>(c));
    for (const std::uint8_t octet : {0x00, 0x7f, 0xff}) text.push_back(octet);
    EXPECT_THAT(classes.of(client.discover().with(60, text)), testing::SizeIs(2));
}

TEST(Classify, ANameThatIsTooLongIsOfNoClass) {
    Classes classes;
    const std::string fits(made_name_size_max - std::string_view{"VENDOR_CLASS_"}.size(), 'a');
    classes.mention("VENDOR_CLASS_" + fits);
    EXPECT_THAT(classes.of(client.discover().with_text(60, fits)), testing::SizeIs(2));
    EXPECT_THAT(classes.of(client.discover().with_text(60, fits + "a")), testing::SizeIs(1));
    EXPECT_THAT(classes.of(client.discover().with_text(60, std::string(1400, '('))), testing::SizeIs(1));
}

TEST(Classify, TestsRunInTheirOrderAndSeeEarlierClasses) {
    Classes classes;
    classes.add("z", "option[60].exists");
    classes.add("no", "option[61].exists");
    classes.add("a", "member('z') and not member('no')");
    classes.add("hosts-only");  // no test: only hosts and evaluate-additional-classes put a packet there
    EXPECT_THAT(classes.of(client.discover().with_text(60, "x")), ElementsAre("ALL", "z", "a"));
    EXPECT_THAT(classes.of(client.discover()), ElementsAre("ALL"));
}

TEST(Classify, AdditionalClassesAndThoseThatNeedAHostWait) {
    Classes classes;
    classes.add("early", "member('ALL')");
    classes.add("known-early", "known and member('early')").after_hosts = true;
    auto& both = classes.add("only-additional", "known");
    both.additional_only = both.after_hosts = true;
    classes.add("extra", "member('early')").additional_only = true;
    classes.add("unknown-one", "unknown").after_hosts = true;

    const Sent sent{client.discover()};
    const auto& config = classes.finished();
    ClassSet set;
    classify(sent.source, sent.message, config, set);
    EXPECT_THAT(classes.names(set), ElementsAre("ALL", "early"));
    set.add(class_id::known);
    classify_after_hosts(sent.source, config, set);
    EXPECT_THAT(classes.names(set), ElementsAre("ALL", "early", "KNOWN", "known-early"));
    classify_after_hosts(sent.source, config, set);
    EXPECT_THAT(set.all(), testing::SizeIs(4));
}

TEST(Classify, AdditionalClassesAreEvaluatedInTheOrderOfTheList) {
    Classes classes;
    for (const auto* const name : {"plain", "second"}) classes.add(name).additional_only = true;
    classes.add("yes", "member('second')").additional_only = true;
    classes.add("no", "option[60].exists").additional_only = true;
    classes.add_template("made", "'x'").additional_only = true;
    classes.mention("SPAWN_made_x");
    classes.mention("undefined");
    const auto& config = classes.finished();
    const auto id = [&](std::string_view name) { return config.class_names.find(name).value(); };

    const Sent sent{client.discover()};
    ClassSet set;
    const std::vector list{id("second"), id("undefined"), id("no"),   id("yes"),
                           id("made"),   id("second"),    id("plain")};
    EXPECT_EQ(classify_additional(sent.source, config, list, set), 0u);
    EXPECT_THAT(classes.names(set), ElementsAre("second", "yes", "SPAWN_made_x", "made", "plain"));
    ClassSet none;
    classify_additional(sent.source, config, {}, none);
    EXPECT_THAT(none.all(), IsEmpty());
}

TEST(Classify, ATemplateMakesAClassPerValue) {
    Classes classes;
    classes.add_template("by port", "option[60].hex");
    classes.add("follows", "member('by port')");
    const auto packet = client.discover().with_text(60, "a b");
    EXPECT_THAT(classes.of(packet),
                ElementsAre("ALL", "by port", "follows"));  // nobody mentions the spawned one
    classes.mention("SPAWN_by port_a%20b");
    EXPECT_THAT(classes.of(packet), ElementsAre("ALL", "SPAWN_by port_a%20b", "by port", "follows"));
    EXPECT_THAT(classes.of(client.discover()), ElementsAre("ALL"));  // no value
}

TEST(Classify, ATestThatCannotBeEvaluatedIsFalseCountedAndLogged) {
    struct Listener final : LogSink {
        bool enabled(const MessageDef&) const noexcept override { return true; }
        void write(const MessageDef& def, std::span<const LogField> fields) override {
            lines.push_back(std::string{def.name} + ": " + render(def, fields));
        }
        std::vector<std::string> lines;
    } listener;
    Classes classes;
    classes.add("first", "addrtotext(option[60].hex) == 'x' or member('ALL')");
    classes.add_template("second", "uint8totext(option[60].hex)");
    classes.add("third", "not member('first')");
    auto& late = classes.add("late", "known or int8totext('abc') == '1'");
    late.after_hosts = true;
    const auto& config = classes.finished();

    const Sent sent{client.discover().with_text(60, "abc")};
    ClassSet set;
    set_log_sink(&listener);
    EXPECT_EQ(classify(sent.source, sent.message, config, set), 2u);
    EXPECT_EQ(classify_after_hosts(sent.source, config, set), 1u);
    EXPECT_EQ(classify_additional(sent.source, config, std::array{late.id}, set), 1u);
    set_log_sink(nullptr);
    EXPECT_THAT(classes.names(set), ElementsAre("ALL", "third"));
    ASSERT_THAT(listener.lines, testing::SizeIs(4));
    EXPECT_EQ(listener.lines[0],
              "CLASS_EVAL_ERROR: the test of class first cannot be evaluated and counts as "
              "false: addrtotext() of a value that has neither 4 nor 16 octets");
    EXPECT_THAT(listener.lines[1], testing::HasSubstr("class second"));
}

TEST(Classify, FiftyTestsAllocateNothing) {
    Classes classes;
    for (int i = 0; i < 50; ++i)
        classes.add("class-" + std::to_string(i), "option[60].hex == 'vendor-" + std::to_string(i) +
                                                      "' or substring(pkt4.mac, 5, 1) == 0x07");
    classes.add_template("port", "lcase(relay4[1].hex)");
    const auto& config = classes.finished();
    const Sent sent{client.discover().with_text(60, "vendor-49").with(82, {1, 2, 'A', 'b'})};
    ClassSet set;
    const auto before = allocation_count();
    classify(sent.source, sent.message, config, set);
    EXPECT_EQ(allocation_count(), before);
    EXPECT_THAT(classes.names(set), ElementsAre("ALL", "class-49", "port"));
}

}  // namespace
}  // namespace leasehold::v4::classify_test
