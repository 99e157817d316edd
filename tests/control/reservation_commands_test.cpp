// The commands for reservations, through the command table and a server with a configuration in use: success,
// each error, and the shape of the answers, for both families.
#include "tests/support/command_test.hpp"

namespace leasehold::reservation_commands_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* configuration4 = R"({ "Dhcp4": {
    "lease-database": { "type": "memfile", "persist": false },
    "interfaces-config": { "interfaces": [] },
    "reservations": [ { "client-id": "01:02", "hostname": "anywhere" } ],
    "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24",
                   "pools": [ { "pool": "192.0.2.10-192.0.2.20" } ],
                   "reservations": [ { "hw-address": "02:00:00:00:00:01", "ip-address": "192.0.2.11",
                                       "hostname": "Anna.example", "user-context": { "desk": 4 },
                                       "option-data": [ { "name": "log-servers", "data": "192.0.2.1" } ] },
                                     { "circuit-id": "'port 7'", "ip-address": "192.0.2.12" } ] },
                 { "id": 3, "subnet": "203.0.113.0/24" } ],
    "shared-networks": [ { "name": "floor", "subnet4": [
                 { "id": 2, "subnet": "198.51.100.0/24",
                   "reservations": [ { "hw-address": "02:00:00:00:00:01", "ip-address": "198.51.100.11" } ] } ] } ]
    } })";
constexpr const char* configuration6 = R"({ "Dhcp6": {
    "lease-database": { "type": "memfile", "persist": false },
    "interfaces-config": { "interfaces": [] },
    "subnet6": [ { "id": 1, "subnet": "2001:db8:1::/64", "pools": [ { "pool": "2001:db8:1::/112" } ],
                   "reservations": [ { "duid": "00:03:00:01:0a", "ip-addresses": [ "2001:db8:1::7", "2001:db8:1::8" ],
                                       "prefixes": [ "2001:db8:8::/56" ], "hostname": "anna" } ] } ] } })";
constexpr const char* lenient_configuration = R"({ "Dhcp4": {
    "lease-database": { "type": "memfile", "persist": false }, "interfaces-config": { "interfaces": [] },
    "reservations-lenient": true,
    "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24",
                   "reservations": [ { "hw-address": "nonsense", "ip-address": "192.0.2.11" } ] } ] } })";
constexpr const char* shared_addresses_configuration = R"({ "Dhcp4": {
    "lease-database": { "type": "memfile", "persist": false }, "interfaces-config": { "interfaces": [] },
    "ip-reservations-unique": false,
    "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24",
                   "reservations": [ { "hw-address": "02:01", "ip-address": "192.0.2.11" } ] } ] } })";

class ReservationCommandsTest : public testing_support::CommandTest {
protected:
    using CommandTest::CommandTest;

    /// The hosts that a command lists.
    json hosts(std::string_view command, std::string_view arguments) {
        return ask(command, arguments).value("/arguments/hosts"_json_pointer, json{});
    }
    json host(std::string_view arguments) {
        return ask("reservation-get", arguments).value("arguments", json{});
    }
    const HostTable& table() { return *server.config()->hosts; }
};

struct Reservation4Commands : ReservationCommandsTest {
    Reservation4Commands() : ReservationCommandsTest{Family::v4, configuration4} {}
};
struct Reservation6Commands : ReservationCommandsTest {
    Reservation6Commands() : ReservationCommandsTest{Family::v6, configuration6} {}
};
struct LenientReservationCommands : ReservationCommandsTest {
    LenientReservationCommands() : ReservationCommandsTest{Family::v4, lenient_configuration} {}
};
struct SharedAddressCommands : ReservationCommandsTest {
    SharedAddressCommands() : ReservationCommandsTest{Family::v4, shared_addresses_configuration} {}
};

constexpr const char* by_anna =
    R"({ "subnet-id": 1, "identifier-type": "hw-address", "identifier": "020000000001" })";

// --- reservation-get

TEST_F(Reservation4Commands, IdentifiersMayBeTextInQuotes) {
    for (const auto* type : {"hw-address", "client-id", "duid", "circuit-id", "flex-id"}) {
        const std::string kind{type};
        expect("reservation-add", R"({ "reservation": { "subnet-id": 2, ")" + kind + R"(": "61:62:63" } })", 0,
               "Host added.");
        EXPECT_EQ(host(R"({ "subnet-id": 2, "identifier-type": ")" + kind + R"(", "identifier": "'abc'" })")[kind],
                  "61:62:63");
    }
}

TEST_F(Reservation4Commands, GetShowsTheWholeReservation) {
    const auto answer = ask("reservation-get", by_anna);
    EXPECT_EQ(answer["result"], 0);
    EXPECT_EQ(answer["text"], "Host found.");
    auto shown = answer["arguments"];
    EXPECT_EQ(shown["option-data"][0]["name"], "log-servers");
    EXPECT_EQ(shown["option-data"][0]["data"], "192.0.2.1");
    shown.erase("option-data");
    EXPECT_EQ(shown, json::parse(R"({ "hw-address": "02:00:00:00:00:01", "ip-address": "192.0.2.11",
        "hostname": "Anna.example", "user-context": { "desk": 4 }, "boot-file-name": "", "client-classes": [],
        "next-server": "0.0.0.0", "server-hostname": "", "subnet-id": 1 })"));
    EXPECT_EQ(host(R"({ "subnet-id": 1, "ip-address": "192.0.2.11" })"), answer["arguments"]);
}

TEST_F(Reservation4Commands, GetFindsHostsInSharedNetworksAndGlobalOnes) {
    EXPECT_EQ(host(R"({ "subnet-id": 2, "ip-address": "198.51.100.11" })")["subnet-id"], 2);
    EXPECT_EQ(host(R"({ "subnet-id": 0, "identifier-type": "client-id", "identifier": "0102" })")["hostname"],
              "anywhere");
    EXPECT_EQ(
        host(
            R"({ "subnet-id": 1, "identifier-type": "circuit-id", "identifier": "'port 7'" })")["ip-address"],
        "192.0.2.12");
    EXPECT_EQ(
        host(R"({ "subnet-id": 1, "identifier-type": "circuit-id", "identifier": "70:6f:72:74:20:37" })")
            ["ip-address"],
        "192.0.2.12");
}

TEST_F(Reservation4Commands, GetSaysWhatIsMissingOrWrong) {
    expect("reservation-get", R"({ "subnet-id": 1, "ip-address": "192.0.2.99" })", 3, "Host not found.");
    expect("reservation-get", R"({ "subnet-id": 9, "ip-address": "192.0.2.11" })", 3, "Host not found.");
    expect("reservation-get",
           R"({ "subnet-id": 1, "ip-address": "192.0.2.11", "operation-target": "database" })", 3,
           "Host not found.");
    expect("reservation-get", R"({ "ip-address": "192.0.2.11" })", 1,
           "Mandatory 'subnet-id' parameter missing. Use reservation-get-by-address");
    expect("reservation-get", R"({ "identifier-type": "duid", "identifier": "01" })", 1,
           "Mandatory 'subnet-id' parameter missing. Use reservation-get-by-id");
    expect("reservation-get", R"({ "subnet-id": 1 })", 1,
           "No 'ip-address' provided and 'identifier-type' is either missing or not a string.");
    expect("reservation-get", R"({ "subnet-id": 1, "identifier-type": "duid" })", 1,
           "'identifier' is either missing");
    expect("reservation-get", R"({ "subnet-id": 1, "ip-address": "2001:db8::1" })", 1, "no IPv4 address");
    expect("reservation-get", R"({ "subnet-id": 1, "identifier-type": "mac", "identifier": "01" })", 1,
           "'identifier-type' must be \"hw-address\", \"duid\"");
    expect("reservation-get", R"({ "subnet-id": 1, "identifier-type": "duid", "identifier": "0x" })", 1,
           "'identifier' is no duid: '0x'");
    expect("reservation-get", R"({ "subnet-id": 1, "ip-address": "192.0.2.11", "operation-target": "disk" })",
           1, "'operation-target' must be");
}

// --- lists

TEST_F(Reservation4Commands, GetAllListsASubnet) {
    const auto answer = ask("reservation-get-all", R"({ "subnet-id": 1 })");
    EXPECT_EQ(answer["text"], "2 IPv4 host(s) found.");
    EXPECT_EQ(answer["result"], 0);
    EXPECT_EQ(answer["arguments"]["hosts"][1]["circuit-id"], "'port 7'");
    EXPECT_EQ(hosts("reservation-get-all", R"({ "subnet-id": 0 })").size(), 1u);
    const auto none = ask("reservation-get-all", R"({ "subnet-id": 3 })");
    EXPECT_EQ(none, json::parse(
                        R"({ "result": 3, "text": "0 IPv4 host(s) found.", "arguments": { "hosts": [] } })"));
    expect("reservation-get-all", "{}", 1, "'subnet-id'");
    expect("reservation-get-all", R"({ "subnet-id": 1, "operation-target": "database" })", 3,
           "0 IPv4 host(s) found.");
}

TEST_F(Reservation4Commands, PagesLeadThroughAll) {
    std::vector<json> met;
    json next{{"from", 0}, {"source-index", 0}};
    for (int page = 0; page < 5; ++page) {
        auto arguments = next;
        arguments["limit"] = 2;
        const auto answer = ask("reservation-get-page", arguments.dump());
        if (answer["result"] == 3) {
            EXPECT_EQ(answer["arguments"], json::parse(R"({ "hosts": [], "count": 0 })"));
            break;
        }
        EXPECT_EQ(answer["arguments"]["count"], answer["arguments"]["hosts"].size());
        for (const auto& host : answer["arguments"]["hosts"]) met.push_back(host["subnet-id"]);
        next = answer["arguments"]["next"];
    }
    EXPECT_THAT(met, testing::ElementsAre(0, 2, 1, 1));
    EXPECT_EQ(next, json::parse(R"({ "from": 4, "source-index": 0 })"));
}

TEST_F(Reservation4Commands, PagesOfASubnet) {
    EXPECT_EQ(hosts("reservation-get-page", R"({ "subnet-id": 1, "limit": 9, "from": 1 })").size(), 1u);
    expect("reservation-get-page", R"({ "subnet-id": 9, "limit": 1 })", 1,
           "IPv4 subnet with ID of '9' is not configured");
    expect("reservation-get-page", R"({ "limit": 0 })", 1, "'limit'");
    expect("reservation-get-page", R"({ "limit": 1, "source-index": 1 })", 3, "0 IPv4 host(s) found.");
    expect("reservation-get-page", R"({ "limit": 1, "from": 9223372036854775807 })", 3,
           "0 IPv4 host(s) found.");
}

TEST_F(Reservation4Commands, GetByNameIdentifierAndAddress) {
    EXPECT_EQ(hosts("reservation-get-by-hostname", R"({ "hostname": "ANNA.example" })").size(), 1u);
    EXPECT_EQ(
        hosts("reservation-get-by-hostname", R"({ "hostname": "anna.example", "subnet-id": 2 })").size(), 0u);
    expect("reservation-get-by-hostname", R"({ "hostname": "" })", 1, "must not be empty");
    const auto anna = R"({ "identifier-type": "hw-address", "identifier": "02:00:00:00:00:01" })";
    EXPECT_EQ(hosts("reservation-get-by-id", anna).size(), 2u);
    expect("reservation-get-by-id", anna, 0, "2 IPv4 host(s) found.");
    expect("reservation-get-by-id", R"({ "identifier-type": "duid", "identifier": "01" })", 3,
           "0 IPv4 host(s) found.");
    expect("reservation-get-by-id", by_anna, 1, "'subnet-id' is not allowed here");
    EXPECT_EQ(hosts("reservation-get-by-address", R"({ "ip-address": "198.51.100.11" })").size(), 1u);
    EXPECT_EQ(
        hosts("reservation-get-by-address", R"({ "ip-address": "198.51.100.11", "subnet-id": 1 })").size(),
        0u);
    expect("reservation-get-by-address", R"({ "ip-address": "x" })", 1, "no IPv4 address: 'x'");
}

// --- reservation-add

TEST_F(Reservation4Commands, AddPutsAReservationToUse) {
    expect("reservation-add",
           R"({ "reservation": { "subnet-id": 2, "hw-address": "02:05", "ip-address": "198.51.100.50",
                                 "hostname": "five", "option-data": [ { "code": 3, "data": "198.51.100.1" } ] } })",
           0, "Host added.");
    const Octets identifier{2, 5};
    const auto* const added = table().find(2, HostIdentifierType::hw_address, view(identifier));
    ASSERT_NE(added, nullptr);
    EXPECT_EQ(added->hostname, "five");
    EXPECT_EQ(host(R"({ "subnet-id": 2, "ip-address": "198.51.100.50" })")["option-data"][0]["name"],
              "routers");
    EXPECT_EQ(table().all().size(), 5u);
}

TEST_F(Reservation4Commands, AddWithoutASubnetIsGlobalUnlessItHasAnAddress) {
    const auto answer =
        ask("reservation-add", R"({ "reservation": { "duid": "01:02:03", "hostname": "b" } })");
    EXPECT_EQ(answer, json::parse(R"({ "result": 0, "text":
        "Host added. subnet-id not specified, assumed global (subnet-id 0)." })"));
    EXPECT_EQ(hosts("reservation-get-all", R"({ "subnet-id": 0 })").size(), 2u);
    expect("reservation-add", R"({ "reservation": { "duid": "01:02:04", "ip-address": "198.51.100.9" } })", 1,
           "Mandatory 'subnet-id' parameter missing. The address '198.51.100.9' belongs to subnet "
           "'198.51.100.0/24' id 2");
    expect("reservation-add", R"({ "reservation": { "duid": "01:02:04", "ip-address": "10.0.0.9" } })", 1,
           "belongs to no subnet that is configured");
}

struct Refused {
    const char* name;
    const char* arguments;
    const char* text;
};
void PrintTo(const Refused& refused, std::ostream* out) {
    *out << refused.name;
}
constexpr Refused refused_additions[] = {
    {"identifier_twice", R"({ "reservation": { "subnet-id": 1, "hw-address": "020000000001" } })",
     "Database duplicate entry error: the host has a reservation in the subnet 1"},
    {"address_twice",
     R"({ "reservation": { "subnet-id": 1, "hw-address": "02:05", "ip-address": "192.0.2.11" } })",
     "Database duplicate entry error: the address 192.0.2.11 is reserved for another host in the subnet 1"},
    {"subnet", R"({ "reservation": { "subnet-id": 9, "hw-address": "02:05" } })",
     "IPv4 subnet with ID of '9' is not configured"},
    {"address_outside",
     R"({ "reservation": { "subnet-id": 1, "hw-address": "02:05", "ip-address": "192.0.3.1" } })",
     "specified reservation '192.0.3.1' is not matching the IPv4 subnet prefix '192.0.2.0/24'"},
    {"nobody", R"({ "reservation": { "subnet-id": 1, "ip-address": "192.0.2.50" } })",
     "arguments: error: /reservation: the reservation does not say whose it is"},
    {"two_identifiers", R"({ "reservation": { "subnet-id": 1, "hw-address": "02:05", "duid": "01" } })",
     "/reservation/duid"},
    {"unknown_key", R"({ "reservation": { "subnet-id": 1, "hw-address": "02:05", "adress": "192.0.2.50" } })",
     "/reservation/adress"},
    {"option", R"({ "reservation": { "subnet-id": 1, "hw-address": "02:05",
                                     "option-data": [ { "name": "routers", "data": "x" } ] } })",
     "/reservation/option-data/0"},
    {"bad_address", R"({ "reservation": { "subnet-id": 1, "hw-address": "02:05", "ip-address": "here" } })",
     "/reservation/ip-address: \"here\" is not an IPv4 address"},
    {"id_type", R"({ "reservation": { "subnet-id": "1", "hw-address": "02:05" } })",
     "'subnet-id' of 'reservation'"},
    {"id_range", R"({ "reservation": { "subnet-id": -1, "hw-address": "02:05" } })",
     "'subnet-id' of 'reservation'"},
    {"no_map", R"({ "reservation": [] })", "parameter 'reservation' must be a map"},
    {"nothing", "{}", "missing parameter 'reservation'"},
    {"database",
     R"({ "operation-target": "database", "reservation": { "subnet-id": 1, "hw-address": "02:05" } })",
     "Host database not available, cannot add host."},
    {"everywhere",
     R"({ "operation-target": "all", "reservation": { "subnet-id": 1, "hw-address": "02:05" } })",
     "Host database not available, cannot add host."},
};
struct RefusedAddition : Reservation4Commands, testing::WithParamInterface<Refused> {};

TEST_P(RefusedAddition, ChangesNothing) {
    const auto before = configuration.hash();
    expect("reservation-add", GetParam().arguments, 1, GetParam().text);
    EXPECT_EQ(configuration.hash(), before);
}
INSTANTIATE_TEST_SUITE_P(All, RefusedAddition, testing::ValuesIn(refused_additions),
                         [](const auto& tested) { return std::string{tested.param.name}; });

// A list that is being sent shows the configuration that it began with.
TEST_F(Reservation4Commands, AListOutlivesItsConfiguration) {
    std::optional<Answer> answer;
    run_command(
        context,
        testing_support::parsed(R"({ "command": "reservation-get-page", "arguments": { "limit": 9 } })"),
        Caller{}, [&](Answer given) { answer = std::move(given); });
    ASSERT_TRUE(answer);
    expect("reservation-del", by_anna, 0, "Host deleted.");
    std::string text;
    const auto pieces = to_pieces(std::move(*answer));
    while (pieces(text)) {
    }
    EXPECT_EQ(json::parse(text)["arguments"]["count"], 4);
}

TEST_F(LenientReservationCommands, WrongOnesAreRefusedAllTheSame) {
    expect("reservation-add",
           R"({ "reservation": { "subnet-id": 1, "hw-address": "zz", "ip-address": "192.0.2.50" } })", 1,
           "/reservation/hw-address");
    expect("reservation-add",
           R"({ "reservation": { "subnet-id": 1, "hw-address": "02:05", "hostnam": "x" } })", 1,
           "/reservation/hostnam");
    EXPECT_TRUE(table().empty());
    expect("reservation-add",
           R"({ "reservation": { "subnet-id": 1, "hw-address": "02:05", "hostname": "x" } })", 0,
           "Host added.");
    EXPECT_EQ(table().all().size(), 1u);
    EXPECT_EQ(server.config()->skipped_reservations, 1u);
}

TEST_F(SharedAddressCommands, OneAddressMayBeSeveralHosts) {
    expect("reservation-add",
           R"({ "reservation": { "subnet-id": 1, "hw-address": "02:02", "ip-address": "192.0.2.11" } })", 0,
           "Host added.");
    EXPECT_EQ(hosts("reservation-get-by-address", R"({ "ip-address": "192.0.2.11" })").size(), 2u);
    EXPECT_EQ(host(R"({ "subnet-id": 1, "ip-address": "192.0.2.11" })")["hw-address"], "02:01");
    expect("reservation-del", R"({ "subnet-id": 1, "ip-address": "192.0.2.11" })", 0, "Host deleted.");
    EXPECT_TRUE(table().empty());
}

// --- reservation-update

TEST_F(Reservation4Commands, UpdateReplacesTheWholeReservation) {
    expect(
        "reservation-update",
        R"({ "reservation": { "subnet-id": 1, "hw-address": "02-00-00-00-00-01", "ip-address": "192.0.2.13" } })",
        0, "Host updated.");
    const auto shown = host(by_anna);
    EXPECT_EQ(shown["ip-address"], "192.0.2.13");
    EXPECT_EQ(shown["hostname"], "");
    EXPECT_EQ(shown["option-data"], json::array());
    EXPECT_EQ(hosts("reservation-get-all", R"({ "subnet-id": 1 })")[0], shown);
    expect(
        "reservation-update",
        R"({ "reservation": { "subnet-id": 1, "hw-address": "020000000001", "ip-address": "192.0.2.13" } })",
        0, "Host updated.");
}

TEST_F(Reservation4Commands, UpdateSaysWhatIsWrong) {
    const auto before = configuration.hash();
    expect("reservation-update", R"({ "reservation": { "subnet-id": 2, "hw-address": "02:07" } })", 1,
           "Host not updated (not found).");
    expect("reservation-update",
           R"({ "reservation": { "hw-address": "020000000001", "ip-address": "192.0.2.13" } })", 1,
           "Mandatory 'subnet-id' parameter missing. The address '192.0.2.13' belongs to subnet "
           "'192.0.2.0/24' id 1.");
    expect("reservation-update", R"({ "reservation": { "hw-address": "020000000001" } })", 1,
           "Mandatory 'subnet-id' parameter missing.");
    expect(
        "reservation-update",
        R"({ "reservation": { "subnet-id": 1, "hw-address": "020000000001", "ip-address": "192.0.2.12" } })",
        1, "the address 192.0.2.12 is reserved for another host");
    expect("reservation-update", R"({ "reservation": { "subnet-id": 9, "hw-address": "020000000001" } })", 1,
           "IPv4 subnet with ID of '9' is not configured");
    expect("reservation-update", R"({ "operation-target": "database",
                                      "reservation": { "subnet-id": 1, "hw-address": "020000000001" } })",
           1, "Host database not available, cannot update host");
    EXPECT_EQ(configuration.hash(), before);
}

// --- reservation-del

TEST_F(Reservation4Commands, DelByAddressAndByIdentifier) {
    expect("reservation-del", R"({ "subnet-id": 2, "ip-address": "198.51.100.11" })", 0, "Host deleted.");
    expect("reservation-del", R"({ "subnet-id": 2, "ip-address": "198.51.100.11" })", 3,
           "Host not deleted (not found).");
    expect("reservation-del", by_anna, 0, "Host deleted.");
    expect("reservation-get", by_anna, 3, "Host not found.");
    expect("reservation-del", R"({ "subnet-id": 0, "identifier-type": "client-id", "identifier": "01:02" })",
           0, "Host deleted.");
    EXPECT_EQ(table().all().size(), 1u);
}

TEST_F(Reservation4Commands, DelSaysWhatIsWrong) {
    expect("reservation-del", R"({ "subnet-id": 9, "ip-address": "192.0.2.11" })", 3,
           "Host not deleted (not found).");
    expect("reservation-del", R"({ "ip-address": "192.0.2.11" })", 1,
           "Mandatory 'subnet-id' parameter missing.");
    expect("reservation-del", R"({ "subnet-id": 1 })", 1, "No 'ip-address' provided");
    expect("reservation-del", R"({ "subnet-id": 1, "ip-address": "192.0.2.11", "operation-target": "all" })",
           1, "Host database not available, cannot delete host.");
    EXPECT_EQ(table().all().size(), 4u);
}

// --- DHCPv6

TEST_F(Reservation6Commands, AddressesAndPrefixesAreFound) {
    const auto anna = host(R"({ "subnet-id": 1, "identifier-type": "duid", "identifier": "000300010a" })");
    EXPECT_EQ(anna,
              json::parse(R"({ "duid": "00:03:00:01:0a", "ip-addresses": [ "2001:db8:1::7", "2001:db8:1::8" ],
        "prefixes": [ "2001:db8:8::/56" ], "hostname": "anna", "client-classes": [], "option-data": [],
        "subnet-id": 1 })"));
    EXPECT_EQ(host(R"({ "subnet-id": 1, "ip-address": "2001:db8:1::8" })"), anna);
    EXPECT_EQ(host(R"({ "subnet-id": 1, "ip-address": "2001:db8:8::" })"), anna);
    EXPECT_EQ(hosts("reservation-get-by-address", R"({ "ip-address": "2001:db8:1::7" })").size(), 1u);
    expect("reservation-get-page", R"({ "limit": 10 })", 0, "1 IPv6 host(s) found.");
}

TEST_F(Reservation6Commands, AddUpdateAndDel) {
    expect("reservation-add",
           R"({ "reservation": { "subnet-id": 1, "hw-address": "02:05", "ip-addresses": [ "2001:db8:1::55" ],
                                 "prefixes": [ "2001:db8:9::/56" ] } })",
           0, "Host added.");
    EXPECT_EQ(table().all().size(), 2u);
    expect(
        "reservation-update",
        R"({ "reservation": { "subnet-id": 1, "hw-address": "02:05", "ip-addresses": [ "2001:db8:1::56" ] } })",
        0, "Host updated.");
    expect("reservation-get", R"({ "subnet-id": 1, "ip-address": "2001:db8:1::55" })", 3, "Host not found.");
    expect("reservation-del", R"({ "subnet-id": 1, "ip-address": "2001:db8:1::56" })", 0, "Host deleted.");
    EXPECT_EQ(table().all().size(), 1u);
}

TEST_F(Reservation6Commands, AddSaysWhatIsWrong) {
    expect("reservation-add",
           R"({ "reservation": { "subnet-id": 1, "duid": "00:05", "ip-addresses": [ "2001:db8:2::1" ] } })",
           1,
           "specified reservation '2001:db8:2::1' is not matching the IPv6 subnet prefix '2001:db8:1::/64'");
    expect("reservation-add",
           R"({ "reservation": { "duid": "00:05", "ip-addresses": [ "2001:db8:1::1" ] } })", 1,
           "The address '2001:db8:1::1' belongs to subnet '2001:db8:1::/64' id 1.");
    expect("reservation-add",
           R"({ "reservation": { "subnet-id": 1, "duid": "00:05", "prefixes": [ "2001:db8:8::/56" ] } })", 1,
           "/reservation/prefixes/0: the prefix 2001:db8:8::/56 is reserved for another host");
    expect("reservation-add", R"({ "reservation": { "subnet-id": 1, "client-id": "01:02" } })", 1,
           "/reservation/client-id");
    expect("reservation-add", R"({ "reservation": { "subnet-id": 7, "duid": "00:05" } })", 1,
           "IPv6 subnet with ID of '7' is not configured");
}

}  // namespace
}  // namespace leasehold::reservation_commands_test
