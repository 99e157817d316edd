// Values and tests of expressions: every production of the grammar, every function and its edges, in both
// families. Refused expressions and limits: expression_error_test.
#include "dhcp/expression.hpp"

#include <gtest/gtest.h>

#include "tests/dhcp/expression_source.hpp"
#include "tests/support/allocation_count.hpp"

namespace leasehold::expression_test {
namespace {

using namespace std::string_literals;

struct Packet4 {
    Packet4() {
        source.fields = {{PacketField::interface, "lan0"},
                         {PacketField::source, "\xc0\x00\x02\x07"s},
                         {PacketField::destination, "\xff\xff\xff\xff"s},
                         {PacketField::length, "\x00\x00\x01\x2c"s},
                         {PacketField::mac, "\x02\x00\x5e\x10\x00\x01"s},
                         {PacketField::hlen, "\x00\x00\x00\x06"s},
                         {PacketField::htype, "\x00\x00\x00\x01"s},
                         {PacketField::ciaddr, "\x0a\x00\x00\x01"s},
                         {PacketField::giaddr, "\x0a\x00\x00\x02"s},
                         {PacketField::yiaddr, "\x0a\x00\x00\x03"s},
                         {PacketField::siaddr, "\x0a\x00\x00\x04"s},
                         {PacketField::message_type, "\x00\x00\x00\x01"s},
                         {PacketField::transaction_id, "\xde\xad\xbe\xef"s}};
        source.options = {{3, "\xc0\x00\x02\x01\xc0\x00\x02\x02"s},
                          {12, "Printer, 1"},
                          {15, ""},
                          {43, "\x01\x02hi\x02\x04\x05\x02go"s},
                          {60, "MSFT 5.0"},
                          {61, "\x01\x02\x00\x5e\x10\x00\x01"s},
                          {77, "\x01\xfe"s},
                          {230, "plain"}};
        source.relay4 = {{1, "port7"}, {2, "\x00\xff"s}, {9, "\x01\x02xy"s}};
        source.vendor = {{{4491, 1},
                          "\x01\x03"
                          "abc"s}};
        source.enterprise = 4491;
        source.class_enterprise = 3561;
        source.class_data = {"first", "second"};
        in.add(class_id::all);
        in.add(classes.intern("inside"));
        classes.intern("outside");
    }
    Result<bool, std::string_view> test(std::string_view text) const {
        const auto compiled = Expression::compile(Expression::Kind::test, text, names);
        if (!compiled) throw std::runtime_error(std::string{text} + ": " + compiled.error().detail);
        return compiled->matches(source, in);
    }
    Result<std::string, std::string_view> value(std::string_view text) const {
        const auto compiled = Expression::compile(Expression::Kind::text, text, names);
        if (!compiled) throw std::runtime_error(std::string{text} + ": " + compiled.error().detail);
        Expression::Output out;
        if (const auto done = compiled->evaluate(source, in, out); !done) {
            EXPECT_TRUE(out.empty()) << text;
            return std::unexpected(done.error());
        }
        return text_of({out.data(), out.size()});
    }

    FakeSource source;
    ClassNames classes;
    ClassSet in;
    ExpressionNames names = names_for_test(Family::v4, classes);
};

struct TextRow {
    std::string_view expression;
    std::string value;
};
void expect_values(const Packet4& packet, std::span<const TextRow> rows) {
    for (const auto& row : rows) {
        const auto got = packet.value(row.expression);
        ASSERT_TRUE(got) << row.expression << ": " << got.error();
        EXPECT_EQ(*got, row.value) << row.expression;
    }
}

struct TestRow {
    std::string_view expression;
    bool outcome;
};
void expect_outcomes(const Packet4& packet, std::span<const TestRow> rows) {
    for (const auto& row : rows) {
        const auto got = packet.test(row.expression);
        ASSERT_TRUE(got) << row.expression << ": " << got.error();
        EXPECT_EQ(*got, row.outcome) << row.expression;
    }
}

TEST(ExpressionValue, LiteralsAreOctets) {
    expect_values({}, std::array{
                          TextRow{"'abc'", "abc"},
                          TextRow{"''", ""},
                          TextRow{"'a\"b\\n'", "a\"b\\n"},  // no escapes
                          TextRow{"0x0a1B", "\x0a\x1b"},
                          TextRow{"0XA", "\x0a"},
                          TextRow{"0x123", "\x01\x23"},
                          TextRow{"0", "\0\0\0\0"s},
                          TextRow{"258", "\0\0\x01\x02"s},
                          TextRow{"4294967295", "\xff\xff\xff\xff"},
                          TextRow{"192.0.2.1", "\xc0\x00\x02\x01"s},
                          TextRow{"2001:db8::1", "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"s},
                          TextRow{"::", std::string(16, '\0')},
                          TextRow{"fe80::a", "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x0a"s},
                          TextRow{"::ffff:10.0.0.1", "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01"s},
                          TextRow{" \t\r\n( 'a' )\n", "a"},
                      });
}

TEST(ExpressionValue, FieldsOfThePacket) {
    expect_values({}, std::array{
                          TextRow{"pkt.iface", "lan0"},
                          TextRow{"addrtotext(pkt.src)", "192.0.2.7"},
                          TextRow{"addrtotext(pkt.dst)", "255.255.255.255"},
                          TextRow{"uint32totext(pkt.len)", "300"},
                          TextRow{"hexstring(pkt4.mac, ':')", "02:00:5e:10:00:01"},
                          TextRow{"uint32totext(pkt4.hlen)", "6"},
                          TextRow{"uint32totext(pkt4.htype)", "1"},
                          TextRow{"addrtotext(pkt4.ciaddr)", "10.0.0.1"},
                          TextRow{"addrtotext(pkt4.giaddr)", "10.0.0.2"},
                          TextRow{"addrtotext(pkt4.yiaddr)", "10.0.0.3"},
                          TextRow{"addrtotext(pkt4.siaddr)", "10.0.0.4"},
                          TextRow{"uint32totext(pkt4.msgtype)", "1"},
                          TextRow{"pkt4 . transid", "\xde\xad\xbe\xef"},
                      });
}

TEST(ExpressionValue, OptionsAndWhatIsInThem) {
    expect_values({}, std::array{
                          TextRow{"option[60].hex", "MSFT 5.0"},
                          TextRow{"option[vendor-class-identifier].hex", "MSFT 5.0"},
                          TextRow{"option [ host-name ] . hex", "Printer, 1"},
                          TextRow{"option[99].hex", ""},
                          TextRow{"option[43].option[1].hex", "hi"},
                          TextRow{"option[43].option[2].option[5].hex", "go"},
                          TextRow{"option[43].option[7].option[5].hex", ""},
                          TextRow{"relay4[1].hex", "port7"},
                          TextRow{"relay4[3].hex", ""},
                          TextRow{"relay4[9].option[1].hex", "xy"},
                          TextRow{"vendor[4491].option[1].option[1].hex", "abc"},
                          TextRow{"vendor[*].option[1].option[1].hex", "abc"},
                          TextRow{"vendor[0].option[1].option[1].hex", "abc"},
                          TextRow{"vendor[7].option[1].hex", ""},
                          TextRow{"uint32totext(vendor.enterprise)", "4491"},
                          TextRow{"uint32totext(vendor-class.enterprise)", "3561"},
                          TextRow{"vendor-class[3561].data", "first"},
                          TextRow{"vendor-class[*].data[1]", "second"},
                          TextRow{"vendor-class[3561].data[2]", ""},
                          TextRow{"vendor-class[1].data", ""},
                      });
}

TEST(ExpressionValue, TheTextOfAnOptionIsThatOfItsType) {
    expect_values({}, std::array{
                          TextRow{"option[3].text", "192.0.2.1, 192.0.2.2"},
                          TextRow{"option[host-name].text", "Printer, 1"},  // as it is, nothing escaped
                          TextRow{"option[99].text", ""},
                          TextRow{"option[230].text", "plain"},  // no definition
                          TextRow{"relay4[1].text", "port7"},
                          TextRow{"relay4[2].text", "0x00ff"},
                          TextRow{"relay4[4].text", ""},
                          TextRow{"option[43].option[1].text", "hi"},
                      });
    Packet4 packet;
    packet.source.options[12] = "name\0\0"s;
    EXPECT_EQ(packet.value("option[12].text").value(), "name");
}

TEST(ExpressionValue, WithoutVendorOptionsThereIsNothing) {
    Packet4 packet;
    packet.source.enterprise = packet.source.class_enterprise = std::nullopt;
    packet.source.class_data.clear();
    for (const auto* const text : {"vendor.enterprise", "vendor-class.enterprise", "vendor[*].option[1].hex",
                                   "vendor-class[*].data", "vendor-class[*].data[0]"})
        EXPECT_EQ(packet.value(text).value(), "") << text;
    expect_outcomes(packet,
                    std::array{TestRow{"vendor[*].exists", false}, TestRow{"vendor-class[*].exists", false},
                               TestRow{"vendor[*].option[1].exists", false}});
}

TEST(ExpressionValue, Substrings) {
    expect_values({}, std::array{
                          TextRow{"substring('foobar', 0, 6)", "foobar"},
                          TextRow{"substring('foobar', 3, 3)", "bar"},
                          TextRow{"substring('foobar', 3, all)", "bar"},
                          TextRow{"substring('foobar', 1, 4)", "ooba"},
                          TextRow{"substring('foobar', -5, 4)", "ooba"},
                          TextRow{"substring('foobar', -1, -3)", "oba"},
                          TextRow{"substring('foobar', 4, -2)", "ob"},
                          TextRow{"substring('foobar', 4, -100)", "foob"},
                          TextRow{"substring('foobar', 10, 2)", ""},
                          TextRow{"substring('foobar', 6, 1)", ""},
                          TextRow{"substring('foobar', -6, 1)", "f"},
                          TextRow{"substring('foobar', -7, 8)", ""},
                          TextRow{"substring('foobar', 2, 100)", "obar"},
                          TextRow{"substring('foobar', 2, 0)", ""},
                          TextRow{"substring('', 0, all)", ""},
                          TextRow{"substring('abc', -2147483647, -2147483647)", ""},
                      });
}

TEST(ExpressionValue, Fields) {
    expect_values({}, std::array{
                          TextRow{"split('a.b-c', '.-', 1)", "a"},
                          TextRow{"split('a.b-c', '.-', 2)", "b"},
                          TextRow{"split('a.b-c', '.-', 3)", "c"},
                          TextRow{"split('a.b-c', '.-', 4)", ""},
                          TextRow{"split('a..c', '.', 2)", ""},
                          TextRow{"split('a..c', '.', 3)", "c"},
                          TextRow{"split('.a', '.', 1)", ""},
                          TextRow{"split('a.', '.', 2)", ""},
                          TextRow{"split('a.b', '.', 0)", ""},
                          TextRow{"split('a.b', '.', -1)", ""},
                          TextRow{"split('a.b', '', 1)", "a.b"},
                          TextRow{"split('', '.', 1)", ""},
                          TextRow{"split('a.b', '.', 2147483647)", ""},
                      });
}

TEST(ExpressionValue, TextsOfOctets) {
    expect_values({}, std::array{
                          TextRow{"hexstring(0x0aff, ':')", "0a:ff"},
                          TextRow{"hexstring(0x0aff, '')", "0aff"},
                          TextRow{"hexstring(0x0a, ', ')", "0a"},
                          TextRow{"hexstring('', ':')", ""},
                          TextRow{"addrtotext(192.10.0.1)", "192.10.0.1"},
                          TextRow{"addrtotext(2001:db8::0:1)", "2001:db8::1"},
                          TextRow{"addrtotext('')", ""},
                          TextRow{"int8totext(0xff)", "-1"},
                          TextRow{"int8totext(0x7f)", "127"},
                          TextRow{"int16totext(0x8000)", "-32768"},
                          TextRow{"int32totext(0xffffffff)", "-1"},
                          TextRow{"int32totext(0x7fffffff)", "2147483647"},
                          TextRow{"uint8totext(0xff)", "255"},
                          TextRow{"uint16totext(0xffff)", "65535"},
                          TextRow{"uint32totext(4294967295)", "4294967295"},
                          TextRow{"uint32totext('')", ""},
                          TextRow{"lcase('AbC-1\xc4')", "abc-1\xc4"},
                          TextRow{"ucase('AbC-1@[`{z')", "ABC-1@[`{Z"},
                          TextRow{"concat('a', 'b')", "ab"},
                          TextRow{"'a' + 'b' + concat('c', '') + 'd'", "abcd"},
                          TextRow{"lcase('A') + ucase('b') + lcase('C')", "aBc"},
                          TextRow{"substring(lcase('ABCD'), 2, all) + 'x'", "cdx"},
                          TextRow{"substring(lcase('ABCD'), 0, 2) + 'x'", "abx"},
                      });
}

TEST(ExpressionValue, Choices) {
    expect_values(
        {}, std::array{
                TextRow{"ifelse(option[60].exists, 'yes', 'no')", "yes"},
                TextRow{"ifelse(option[99].exists, 'yes', 'no')", "no"},
                TextRow{"ifelse('a' == 'b', '1', ifelse('a' == 'a', '2', '3')) + '!'", "2!"},
                TextRow{"ifelse('b' == ifelse(option[99].exists, 'a', 'b'), 'its branch', '')", "its branch"},
                TextRow{"ifelse('b' == ifelse(option[60].exists, 'a', 'b'), '', 'the other')", "the other"},
                TextRow{"sifelse('a' == 'b', '1', sifelse('a' == 'a', '2', '3')) + '!'", "2!"},
            });
}

TEST(ExpressionValue, AValueOfTheWrongSizeIsAnError) {
    const Packet4 packet;
    for (const auto* const text :
         {"addrtotext('abc')", "addrtotext(0x0102030405)", "int8totext(0x0102)", "uint8totext(1)",
          "int16totext(0x01)", "uint16totext(0x010203)", "int32totext(0x01)", "uint32totext('abc')"}) {
        const auto got = packet.value(text);
        ASSERT_FALSE(got) << text;
        EXPECT_NE(got.error().find("of a value that has"), std::string_view::npos) << got.error();
    }
}

TEST(ExpressionValue, MoreThanTheScratchHoldsIsAnError) {
    Packet4 packet;
    packet.source.options[77] = std::string(3000, 'a');
    EXPECT_EQ(packet.value("option[77].hex").value().size(), 3000u);  // a view needs no room
    EXPECT_EQ(packet.value("option[77].hex + option[77].hex").value().size(), 6000u);
    EXPECT_FALSE(packet.value("option[77].hex + option[77].hex + option[77].hex"));
    EXPECT_FALSE(packet.value("hexstring(option[77].hex, ':')"));
    EXPECT_FALSE(packet.value("lcase(lcase(lcase(option[77].hex)))"));
    packet.source.options[77] = std::string(5000, '\xff');
    EXPECT_FALSE(packet.value("option[77].text"));
    std::string many = "pkt4.hlen == pkt4.hlen";
    for (int i = 0; i < 300; ++i) many += " and pkt4.hlen == pkt4.hlen";
    EXPECT_FALSE(packet.test(many));
}

TEST(ExpressionTest, ComparesOctets) {
    expect_outcomes({}, std::array{
                            TestRow{"'a' == 'a'", true},
                            TestRow{"'a' == 'A'", false},
                            TestRow{"'a' == 'ab'", false},
                            TestRow{"'a' + 'b' == 'ab'", true},
                            TestRow{"'ab' == 'a' + 'b'", true},
                            TestRow{"('a' + 'b') == ('ab')", true},
                            TestRow{"pkt4.mac == 0x02005e100001", true},
                            TestRow{"pkt4.hlen == 6", true},
                            TestRow{"pkt4.giaddr == 10.0.0.2", true},
                            TestRow{"option[99].hex == ''", true},
                            TestRow{"substring(option[61].hex, 0, 3) == 0x010200", true},
                        });
}

TEST(ExpressionTest, ExistsIsWhetherItIsThereEvenIfEmpty) {
    expect_outcomes({}, std::array{
                            TestRow{"option[60].exists", true},
                            TestRow{"option[15].exists", true},
                            TestRow{"option[99].exists", false},
                            TestRow{"option[host-name].exists", true},
                            TestRow{"option[43].option[1].exists", true},
                            TestRow{"option[43].option[9].exists", false},
                            TestRow{"option[99].option[1].exists", false},
                            TestRow{"relay4[1].exists", true},
                            TestRow{"relay4[3].exists", false},
                            TestRow{"vendor[4491].exists", true},
                            TestRow{"vendor[*].exists", true},
                            TestRow{"vendor[0].exists", true},
                            TestRow{"vendor[1].exists", false},
                            TestRow{"vendor[4491].option[1].exists", true},
                            TestRow{"vendor[4491].option[2].exists", false},
                            TestRow{"vendor-class[3561].exists", true},
                            TestRow{"vendor-class[*].exists", true},
                            TestRow{"vendor-class[1].exists", false},
                        });
}

TEST(ExpressionTest, MembershipAndHosts) {
    Packet4 packet;
    const std::array rows{
        TestRow{"member('inside')", true},
        TestRow{"member('outside')", false},
        TestRow{"member('ALL')", true},
        TestRow{"not member('inside')", false},
        TestRow{"member('KNOWN')", false},
        TestRow{"known", false},
        TestRow{"unknown", true},
        TestRow{"unknown and member('inside')", true},
        TestRow{"not unknown or known", false},
    };
    expect_outcomes(packet, rows);
    packet.in.add(class_id::known);
    expect_outcomes(packet, std::array{TestRow{"known", true}, TestRow{"unknown", false}});
}

TEST(ExpressionTest, TheClassesThatItRefersToAreKnown) {
    const Packet4 packet;
    const auto compiled = Expression::compile(
        Expression::Kind::test, "member('inside') and not member('outside') or member('inside') or unknown",
        packet.names);
    ASSERT_TRUE(compiled);
    const auto inside = *packet.classes.find("inside"), outside = *packet.classes.find("outside");
    EXPECT_EQ(std::vector<ClassId>(compiled->referred_classes().begin(), compiled->referred_classes().end()),
              (std::vector<ClassId>{inside, outside, class_id::known}));
    EXPECT_TRUE(compiled->text().starts_with("member('inside') and"));
    EXPECT_TRUE(*compiled == *compiled);
}

TEST(ExpressionTest, RegularExpressionsMatchTheWholeValue) {
    expect_outcomes({}, std::array{
                            TestRow{"match('MSFT [0-9.]+', option[60].hex)", true},
                            TestRow{"match('MSFT', option[60].hex)", false},
                            TestRow{"match('(MSFT|PXE).*', option[60].hex)", true},
                            TestRow{"match('', option[99].hex)", true},
                            TestRow{"match('a{2,3}', 'aaaa')", false},
                            TestRow{"match('a{2,3}', 'aaa')", true},
                            TestRow{"match('[[:alpha:]]+', 'abc')", true},
                            TestRow{"not match('a', 'b') and match('b', 'b')", true},
                        });
}

TEST(ExpressionTest, AMatchTakesBoundedTime) {
    Packet4 packet;
    packet.source.options[77] = std::string(1024, 'a');
    EXPECT_FALSE(packet.test("match('(a*)*b', option[77].hex)").value());  // exponential for a simple matcher
    packet.source.options[77] += 'a';
    EXPECT_FALSE(packet.test("match('a*', option[77].hex)"));  // too long: cannot be told
}

// Every pair of neighbours in the order of precedence shows which binds closer.
TEST(ExpressionTest, OperatorsBindAsTheyDoInKea) {
    const std::string yes = "'a' == 'a'", no = "'a' == 'b'";
    struct Row {
        std::string expression;
        bool outcome;
    };
    const std::array rows{
        Row{yes + " or " + no + " and " + no, true},
        Row{yes + " or " + yes + " sand " + no, true},
        Row{no + " and " + no + " or " + yes, true},
        Row{no + " sand " + yes + " or " + yes, true},
        Row{yes + " sor " + yes + " and " + no, true},
        Row{yes + " sor " + no + " or " + no, true},
        Row{no + " sand " + no + " and " + no, false},
        Row{"not " + yes + " or " + yes, true},
        Row{"not " + no + " and " + no, false},
        Row{"not (" + no + " and " + no + ")", true},
        Row{"not not " + yes, true},
        Row{"(" + yes + ") and (" + yes + ")", true},
        Row{"(" + yes + " or " + no + ") and " + no, false},
        Row{"((('a')) == ('a'))", true},
        Row{yes + " and not " + no + " and " + yes, true},
        Row{no + " or " + no + " or " + yes, true},
        Row{no + " sor " + no + " sor " + yes, true},
    };
    for (const auto& row : rows) {
        const auto got = Packet4{}.test(row.expression);
        ASSERT_TRUE(got) << row.expression;
        EXPECT_EQ(*got, row.outcome) << row.expression;
    }
}

TEST(ExpressionTest, OnlyTheOlderOperatorsEvaluateEverything) {
    const Packet4 packet;
    const std::string bad = "addrtotext('abc') == 'x'", yes = "'a' == 'a'", no = "'a' == 'b'";
    EXPECT_FALSE(packet.test(no + " and " + bad).value());
    EXPECT_TRUE(packet.test(yes + " or " + bad).value());
    EXPECT_FALSE(packet.test(yes + " and " + bad));
    EXPECT_FALSE(packet.test(no + " or " + bad));
    EXPECT_FALSE(packet.test(no + " sand " + bad));
    EXPECT_FALSE(packet.test(yes + " sor " + bad));
    EXPECT_EQ(packet.value("ifelse(" + yes + ", 'a', addrtotext('abc'))").value(), "a");
    EXPECT_EQ(packet.value("ifelse(" + no + ", addrtotext('abc'), 'b')").value(), "b");
    EXPECT_FALSE(packet.value("sifelse(" + yes + ", 'a', addrtotext('abc'))"));
    EXPECT_FALSE(packet.value("sifelse(" + no + ", addrtotext('abc'), 'b')"));
}

TEST(ExpressionTest, RelaysOfV6HaveLevels) {
    FakeSource source;
    source.options = {{1000, "big code"}, {0, "zero"}};
    source.relay6 = {{{0, 18}, "near"}, {{-1, 18}, "far"}};
    source.relay6_addresses = {{{0, true}, std::string(16, '\1')}, {{31, false}, std::string(16, '\2')}};
    source.fields = {{PacketField::message_type, "\0\0\0\1"s}, {PacketField::transaction_id, "\0\1\2\3"s}};
    const ClassNames classes;
    const auto names = names_for_test(Family::v6, classes);
    for (const auto* const text :
         {"relay6[0].option[18].hex == 'near'", "relay6[-1].option[18].hex == 'far'",
          "not relay6[1].option[18].exists", "relay6[0].option[18].text == 'near'",
          "addrtotext(relay6[0].peeraddr) == '101:101:101:101:101:101:101:101'",
          "addrtotext(relay6[31].linkaddr) == '202:202:202:202:202:202:202:202'", "relay6[0].linkaddr == ''",
          "pkt6.msgtype == 1", "pkt6.transid == 66051", "option[1000].hex == 'big code'", "option[0].exists",
          "not option[65535].exists"}) {
        const auto compiled = Expression::compile(Expression::Kind::test, text, names);
        ASSERT_TRUE(compiled) << text << ": " << compiled.error().detail;
        EXPECT_TRUE(compiled->matches(source, {}).value_or(false)) << text;
    }
}

TEST(ExpressionTest, RunningAllocatesNothing) {
    const Packet4 packet;
    const auto test = Expression::compile(
        Expression::Kind::test,
        "(member('inside') and substring(option[60].hex, 0, 4) == 'MSFT' and option[12].text == 'Printer, 1')"
        " and split(lcase(relay4[1].hex) + '-x', '-', 2) == 'x' and uint32totext(pkt4.hlen) == '6'"
        " and ifelse(vendor[4491].exists, hexstring(pkt4.mac, ':'), addrtotext(pkt.src)) == "
        "'02:00:5e:10:00:01'",
        packet.names);
    const auto text = Expression::compile(Expression::Kind::text, "'port-' + relay4[1].hex", packet.names);
    ASSERT_TRUE(test && text);
    Expression::Output out;
    const auto before = allocation_count();
    const bool matched = test->matches(packet.source, packet.in).value_or(false);
    const bool done = text->evaluate(packet.source, packet.in, out).has_value();
    EXPECT_EQ(allocation_count(), before);
    EXPECT_TRUE(matched && done);
    EXPECT_EQ(text_of({out.data(), out.size()}), "port-port7");
}

}  // namespace
}  // namespace leasehold::expression_test
