// Which scope gives an option, and what vendors get; ReplyOptions by itself, without decide.
#include "dhcp/v4/reply_options.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/support/world.hpp"

namespace leasehold::v4::reply_options_test {
namespace {

using testing_world::Bytes;
using testing_world::Client;
using testing_world::ip;
using testing_world::measured_config;
using testing_world::Packet;
using testing_world::text_option;

const Client alice = Client::number(1);

/// A configuration in which every scope exists, and a client in the classes "a" and "b" but not in "c".
struct Scopes {
    ServerConfig config = measured_config();
    Reservation host;
    ClassSet classes;
    ClassId a, b, c;

    Scopes() {
        config.options.clear();
        config.subnets[0].options.clear();
        testing_world::add_network(config, "net", {config.subnets[0].id});
        a = config.class_names.intern("a");
        b = config.class_names.intern("b");
        c = config.class_names.intern("c");
        for (const auto id : {a, b, c}) {
            auto& made = config.classes.emplace_back();
            made.id = id;
            made.name = config.class_names.name(id);
        }
        finish(config);
        classes.add(b);  // in this order
        classes.add(a);
    }
    ReplyScopes view() const {
        return {&config, &config.subnets[0], {&config.subnets[0].pools[0]}, &host, &classes};
    }
    /// Nearest first.
    std::vector<OptionSet*> sets() {
        auto& subnet = config.subnets[0];
        return {&host.options,
                &subnet.pools[0].options,
                &subnet.options,
                &config.shared_networks[0].options,
                &config.classes[1].options,
                &config.classes[0].options,
                &config.options};
    }
    /// Code -> octets of all instances, in the order in which they are sent.
    std::map<int, Bytes> chosen(const Packet& packet) const {
        const auto bytes = packet.bytes();
        const auto message = MessageView::parse(bytes).value();
        ReplyOptions options{message};
        options.add_configured(message, view());
        std::map<int, Bytes> found;
        for (const auto& option : options.all()) {
            auto& to = found[option.code];
            to.insert(to.end(), option.payload.begin(), option.payload.end());
        }
        return found;
    }
};

OptionValue sub_option(std::uint32_t vendor, std::uint16_t code, Bytes bytes) {
    OptionValue value;
    value.vendor = vendor;
    value.code = code;
    value.bytes = std::move(bytes);
    return value;
}

TEST(ReplyScopes, TheNearestOfHostPoolSubnetNetworkClassesAndServerGivesAnOption) {
    Scopes scopes;
    const auto sets = scopes.sets();
    for (std::size_t i = 0; i < sets.size(); ++i) *sets[i] = {text_option(66, std::to_string(i))};
    scopes.config.classes[2].options = {text_option(67, "of a class that it is not in")};
    for (std::size_t i = 0; i < sets.size(); ++i) {
        const auto found = scopes.chosen(alice.discover().requesting({66, 67}));
        EXPECT_EQ(found, (std::map<int, Bytes>{{66, {static_cast<std::uint8_t>('0' + i)}}}));
        sets[i]->clear();
    }
}

TEST(ReplyScopes, AnOptionTaggedForOtherClassesIsAsIfItWereNotThere) {
    Scopes scopes;
    auto tagged = text_option(66, "near");
    tagged.only_for = {scopes.c};
    tagged.never_send = true;
    scopes.host.options = {tagged};
    scopes.config.options = {text_option(66, "far")};
    EXPECT_EQ(scopes.chosen(alice.discover().requesting({66})).at(66), (Bytes{'f', 'a', 'r'}));
    scopes.host.options[0].never_send = false;
    scopes.host.options[0].only_for = {scopes.c, scopes.a};
    EXPECT_EQ(scopes.chosen(alice.discover().requesting({66})).at(66), (Bytes{'n', 'e', 'a', 'r'}));
}

TEST(ReplyScopes, AgreeWithANaiveModelInRandomConfigurations) {
    std::mt19937 random{20261128};
    const auto chance = [&](unsigned one_in) { return random() % one_in == 0; };
    for (int round = 0; round < 2000; ++round) {
        Scopes scopes;
        const auto sets = scopes.sets();
        for (auto* set : sets) {
            for (std::uint16_t code = 66; code < 72; ++code) {
                for (int i = 0; i < 2; ++i) {
                    if (!chance(3)) continue;
                    OptionValue value{code, {static_cast<std::uint8_t>(random())}, chance(4), chance(12)};
                    if (chance(2)) value.only_for = {chance(2) ? scopes.a : scopes.c};
                    set->push_back(std::move(value));
                }
            }
        }
        Bytes wishes;
        for (std::uint8_t code = 66; code < 72; ++code) {
            if (chance(2)) wishes.push_back(code);
        }
        std::map<int, Bytes> expected;
        for (std::uint16_t code = 66; code < 72; ++code) {
            bool wanted = std::ranges::find(wishes, code) != wishes.end(), never = false;
            const OptionValue* first = nullptr;
            for (const auto* set : sets) {
                for (const auto& value : *set) {
                    const bool fits = value.only_for.empty() || value.only_for[0] == scopes.a;
                    if (value.code != code || !fits) continue;
                    wanted = wanted || value.always_send;
                    never = never || value.never_send;
                    if (first == nullptr) first = &value;
                }
            }
            if (wanted && !never && first != nullptr) expected[code] = first->bytes;
        }
        auto packet = alice.discover();
        if (!wishes.empty()) packet.requesting(wishes);
        ASSERT_EQ(scopes.chosen(packet), expected) << "round " << round;
    }
}

// RFC 3925 4
TEST(VendorSubOptions, Rfc3925GoToTheVendorsThatTheClientNames) {
    Scopes scopes;
    scopes.host.options = {sub_option(7, 1, {'h'})};
    scopes.config.options = {sub_option(7, 1, {'g'}), sub_option(7, 2, {'g'}), sub_option(8, 1, {'x'})};
    EXPECT_TRUE(scopes.chosen(alice.discover()).empty());
    const Bytes expected{0, 0, 0, 7, 6, 1, 1, 'h', 2, 1, 'g'};
    EXPECT_EQ(scopes.chosen(alice.discover().with(124, {0, 0, 0, 7, 1, 'v'})).at(125), expected);
    EXPECT_EQ(scopes.chosen(alice.discover().with(125, {0, 0, 0, 7, 0})).at(125), expected);
    EXPECT_TRUE(scopes.chosen(alice.discover().with(125, {0, 0, 0, 7})).empty());  // damaged
}

TEST(VendorSubOptions, GoIntoAConfigured125ThatIsOnlyANumber) {
    Scopes scopes;
    scopes.config.options = {OptionValue{125, {0, 0, 0, 7}, true, false}, sub_option(7, 2, {'g'})};
    EXPECT_EQ(scopes.chosen(alice.discover()).at(125), (Bytes{0, 0, 0, 7, 3, 2, 1, 'g'}));
}

TEST(VendorSubOptions, ADocsisClientGetsWhatItsListAsksForAndWhatIsAlwaysSent) {
    Scopes scopes;
    auto always = sub_option(4491, 4, {'4'});
    always.always_send = true;
    auto never = sub_option(4491, 3, {'3'});
    never.never_send = true;
    scopes.config.options = {sub_option(4491, 2, {'2'}), never, always, sub_option(4491, 5, {'5'})};
    const auto asked = alice.discover().with(125, {0, 0, 0x11, 0x8b, 4, 1, 2, 2, 3});
    EXPECT_EQ(scopes.chosen(asked).at(125), (Bytes{0, 0, 0x11, 0x8b, 6, 2, 1, '2', 4, 1, '4'}));
    const auto no_list = alice.discover().with(125, {0, 0, 0x11, 0x8b, 0});
    EXPECT_EQ(scopes.chosen(no_list).at(125).size(), 5u + 9);
}

// RFC 3925 4: the length of a vendor's data is one octet
TEST(VendorSubOptions, Rfc3925MoreThan255OctetsAreSeveralBlocksOfTheVendor) {
    Scopes scopes;
    scopes.config.options = {sub_option(7, 1, Bytes(200, 'a')), sub_option(7, 2, Bytes(300, 'b'))};
    const auto bytes = scopes.chosen(alice.discover().with(124, {0, 0, 0, 7, 0})).at(125);
    std::size_t at = 0, payload = 0, blocks = 0;
    while (at < bytes.size()) {
        ASSERT_EQ(bytes[at + 3], 7);
        const std::size_t end = at + 5 + bytes[at + 4];
        ASSERT_LE(end, bytes.size());
        for (at += 5; at < end; at += 2u + bytes[at + 1]) payload += bytes[at + 1];
        ASSERT_EQ(at, end);
        ++blocks;
    }
    EXPECT_EQ(payload, 500u);
    EXPECT_EQ(blocks, 3u);
}

TEST(BootFields, AHostGoesBeforeTheFirstClassAndThatBeforeTheSubnet) {
    Scopes scopes;
    auto& subnet = scopes.config.subnets[0];
    subnet.next_server = ip("10.0.0.1");
    subnet.server_hostname = "subnet";
    subnet.boot_file_name = "subnet";
    scopes.config.classes[0].boot = {ip("10.0.0.3"), "a", {}};
    scopes.config.classes[1].boot = {ip("10.0.0.2"), {}, {}};  // assigned before
    scopes.config.classes[2].boot = {{}, {}, "not its class"};
    auto choice = boot_fields(scopes.view());
    EXPECT_EQ(choice.next_server, ip("10.0.0.2"));
    EXPECT_EQ(choice.server_hostname, "a");
    EXPECT_EQ(choice.boot_file_name, "subnet");
    scopes.host.boot = {{}, "host", {}};
    EXPECT_EQ(boot_fields(scopes.view()).server_hostname, "host");
}

}  // namespace
}  // namespace leasehold::v4::reply_options_test
