// What is wrong with a configuration is told where it is: line, column, JSON pointer, words, help.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/config/configuration.hpp"

namespace leasehold::config::problems_test {
namespace {

struct Wrong {
    const char* name;
    std::string members;  // of Dhcp4; the text begins with a line of its own
    std::uint32_t line, column;
    const char* pointer;  // below /Dhcp4
    const char* words;    // of the whole message
};
void PrintTo(const Wrong& c, std::ostream* out) {
    *out << c.name;
}

std::string subnet(const std::string& more) {
    return "\"subnet4\": [\n{\"id\": 1, \"subnet\": \"192.0.2.0/24\",\n" + more + "}]";
}
std::string pool(const std::string& text) {
    return subnet("\"pools\": [{\"pool\": \"" + text + "\"}]");
}
std::string option(const std::string& members) {
    return "\"option-data\": [\n{" + members + "}]";
}
std::string option_def(const std::string& members) {
    return "\"option-def\": [\n{" + members + "}]";
}

class WrongConfiguration : public testing::TestWithParam<Wrong> {};

TEST_P(WrongConfiguration, IsToldAtItsPlace) {
    const auto loaded = load_text("{\"Dhcp4\": {\n" + GetParam().members + "}}");
    ASSERT_FALSE(loaded);
    ASSERT_EQ(loaded.error().size(), 1u) << format(loaded.error());
    const Problem& problem = loaded.error().front();
    EXPECT_EQ(problem.file, "f");
    EXPECT_EQ(problem.line, GetParam().line) << format(problem);
    EXPECT_EQ(problem.column, GetParam().column) << format(problem);
    EXPECT_EQ(problem.pointer, std::string{"/Dhcp4"} + GetParam().pointer);
    EXPECT_THAT(format(problem), testing::HasSubstr(GetParam().words));
}

const Wrong wrong[] = {
    {"unknown_key", "\"valid-lifetme\": 5", 2, 1, "/valid-lifetme", "did you mean \"valid-lifetime\"?"},
    {"key_of_elsewhere", "\"4o6-subnet\": 5", 2, 1, "/4o6-subnet", "it belongs in \"subnet4\""},
    {"escaped_pointer", "\"a/b~c\": 5", 2, 1, "/a~1b~0c", "unknown in \"Dhcp4\""},
    {"type", "\"valid-lifetime\": \"5\"", 2, 19, "/valid-lifetime",
     "a string stands where an integer belongs (allowed: an integer from 0 to 4294967295, in seconds)"},
    {"null", "\"authoritative\": null", 2, 18, "/authoritative", "null stands where true or false belongs"},
    {"negative", "\"valid-lifetime\": -5", 2, 19, "/valid-lifetime", "-5 is out of range"},
    {"word", "\"interfaces-config\": {\"dhcp-socket-type\": \"tcp\"}", 2, 43,
     "/interfaces-config/dhcp-socket-type", "one of raw, udp"},
    {"real", "\"cache-threshold\": 1.0", 2, 20, "/cache-threshold", "a number from 0.0, below 1.0"},
    {"long_text", "\"server-hostname\": \"" + std::string(64, 'x') + "\"", 2, 20, "/server-hostname",
     "at most 63 octets"},
    {"long_boot_file", "\"boot-file-name\": \"" + std::string(128, 'x') + "\"", 2, 19, "/boot-file-name",
     "at most 127 octets"},
    {"next_server", "\"next-server\": \"here\"", 2, 16, "/next-server", "\"here\" is not an IPv4 address"},
    {"min_above_max", "\"valid-lifetime\": 5, \"min-valid-lifetime\": 9, \"max-valid-lifetime\": 7", 2, 44,
     "/min-valid-lifetime", "above max-valid-lifetime 7"},
    {"value_outside", "\"valid-lifetime\": 5, \"min-valid-lifetime\": 6, \"max-valid-lifetime\": 7", 2, 19,
     "/valid-lifetime", "is not between"},
    {"no_value", "\"min-valid-lifetime\": 6, \"max-valid-lifetime\": 7", 2, 23, "/min-valid-lifetime",
     "stand without valid-lifetime"},
    {"tee_times", "\"calculate-tee-times\": true, \"t1-percent\": 0.9", 2, 44, "/t1-percent",
     "0 < t1-percent < t2-percent < 1"},
    {"comment_twice", "\"comment\": \"x\", \"user-context\": {\"comment\": \"y\"}", 2, 12, "/comment",
     "one of the two"},
    {"shared_flq", "\"allocator\": \"shared-flq\"", 2, 14, "/allocator", "not built yet"},
    {"hosts_databases", "\"hosts-databases\": [{\"type\": \"mysql\"}]", 2, 1, "/hosts-databases",
     "--allow-unsupported"},
    {"ha", "\"hooks-libraries\": [{\"library\": \"/x/libdhcp_ha.so\"}]", 2, 33, "/hooks-libraries/0/library",
     "high availability"},
    {"strange_library", "\"hooks-libraries\": [{\"library\": \"mine.so\"}]", 2, 33,
     "/hooks-libraries/0/library", "\"mine\" is not known"},
    {"no_type", "\"lease-database\": {}", 2, 19, "/lease-database", "the key \"type\" is missing"},
    {"interface_twice", "\"interfaces-config\": {\"interfaces\": [\"a\", \"a\"]}", 2, 43,
     "/interfaces-config/interfaces/1", "chosen twice"},
    {"interface_address", "\"interfaces-config\": {\"interfaces\": [\"a/b\"]}", 2, 38,
     "/interfaces-config/interfaces/0", "eth0/192.0.2.1"},
    {"interface_type", "\"interfaces-config\": {\"interfaces\": [5]}", 2, 38,
     "/interfaces-config/interfaces/0", "a list of strings"},
    {"no_id", "\"subnet4\": [{\"subnet\": \"192.0.2.0/24\"}]", 2, 13, "/subnet4/0",
     "the key \"id\" is missing"},
    {"id_zero", "\"subnet4\": [{\"id\": 0, \"subnet\": \"192.0.2.0/24\"}]", 2, 20, "/subnet4/0/id",
     "an integer from 1 to 4294967294"},
    {"id_twice",
     "\"subnet4\": [{\"id\": 1, \"subnet\": \"192.0.2.0/24\"},\n{\"id\": 1, \"subnet\": \"10.0.0.0/8\"}]", 3,
     8, "/subnet4/1/id", "the first is at f:2:20"},
    {"prefix_twice",
     "\"subnet4\": [{\"id\": 1, \"subnet\": \"10.0.0.0/8\"},\n{\"id\": 2, \"subnet\": \"10.1.0.0/8\"}]", 3,
     21, "/subnet4/1/subnet", "the subnet 10.0.0.0/8 stands twice"},
    {"bad_prefix", "\"subnet4\": [{\"id\": 1, \"subnet\": \"10.0.0.0/33\"}]", 2, 33, "/subnet4/0/subnet",
     "is not an IPv4 prefix"},
    {"no_subnet", "\"subnet4\": [{\"id\": 1}]", 2, 13, "/subnet4/0", "the key \"subnet\" is missing"},
    {"relay_address", subnet("\"relay\": {\"ip-addresses\": [\"2001:db8::1\"]}"), 4, 28,
     "/subnet4/0/relay/ip-addresses/0", "is not an IPv4 address"},
    {"relay_twice", subnet("\"relay\": {\"ip-addresses\": [\"1.1.1.1\", \"1.1.1.1\"]}"), 4, 39,
     "/subnet4/0/relay/ip-addresses/1", "stands twice"},
    {"pool_outside", pool("192.0.3.1-192.0.3.9"), 4, 20, "/subnet4/0/pools/0/pool",
     "addresses of 192.0.2.0/24"},
    {"pool_reversed", pool("192.0.2.9-192.0.2.1"), 4, 20, "/subnet4/0/pools/0/pool",
     "the lower address first"},
    {"pool_text", pool("192.0.2.9"), 4, 20, "/subnet4/0/pools/0/pool", "is not a range"},
    {"pool_boundary", pool("192.0.2.9/26"), 4, 20, "/subnet4/0/pools/0/pool", "allowed: 192.0.2.0/26"},
    {"pools_overlap",
     subnet("\"pools\": [{\"pool\": \"192.0.2.0/25\"},\n{\"pool\": \"192.0.2.100-192.0.2.110\"}]"), 5, 10,
     "/subnet4/0/pools/1/pool", "the other is at f:4:20"},
    {"option_name", option("\"name\": \"router\", \"data\": \"1.1.1.1\""), 3, 10, "/option-data/0/name",
     "did you mean \"routers\"?"},
    {"option_name_of_another_space",
     option("\"name\": \"tftp-servers\", \"space\": \"docsis3-v4\", \"data\": \"1.1.1.1\""), 3, 10, "/option-data/0/name",
     "the space \"vendor-4491\" has one"},
    {"option_without_name", option("\"data\": \"1.1.1.1\""), 3, 1, "/option-data/0",
     "neither a name nor a code"},
    {"option_disagrees", option("\"name\": \"routers\", \"code\": 6, \"data\": \"1.1.1.1\""), 3, 29,
     "/option-data/0/code", "has the code 3, not 6"},
    {"option_value", option("\"name\": \"routers\", \"data\": \"gateway\""), 3, 29, "/option-data/0/data",
     "gateway"},
    {"option_hex", option("\"code\": 3, \"csv-format\": false, \"data\": \"0102\""), 3, 42,
     "/option-data/0/data", "/data"},
    {"option_undefined", option("\"code\": 240, \"csv-format\": true, \"data\": \"x\""), 3, 29,
     "/option-data/0/csv-format", "an option-def"},
    {"option_of_server", option("\"code\": 51, \"data\": \"5\""), 3, 1, "/option-data/0",
     "made by the server"},
    {"option_of_v6", option("\"code\": 51, \"space\": \"dhcp6\", \"data\": \"5\""), 3, 23,
     "/option-data/0/space", "\"dhcp6\" cannot be sent by a DHCPv4 server"},
    {"option_code", option("\"code\": 255, \"data\": \"00\""), 3, 10, "/option-data/0/code",
     "an integer from 1 to 254"},
    {"def_type", option_def("\"name\": \"a\", \"code\": 224, \"type\": \"text\""), 3, 36,
     "/option-def/0/type", "ipv4-address"},
    {"def_standard", option_def("\"name\": \"a\", \"code\": 3, \"type\": \"string\""), 3, 23,
     "/option-def/0/code", "the standard option \"routers\""},
    {"def_record",
     option_def("\"name\": \"a\", \"code\": 224, \"type\": \"record\", \"record-types\": \"uint8\""), 3, 62,
     "/option-def/0/record-types", "at least two fields"},
    {"def_record_type",
     option_def("\"name\": \"a\", \"code\": 224, \"type\": \"record\", \"record-types\": \"uint8, x\""), 3,
     62, "/option-def/0/record-types", "\"x\" is not a type"},
    {"def_array",
     option_def(
         "\"name\": \"a\", \"code\": 224, \"type\": \"uint8\", \"array\": true, \"encapsulate\": \"b\""),
     3, 75, "/option-def/0/encapsulate", "an array cannot have sub-options"},
    {"def_own_space",
     option_def("\"name\": \"a\", \"code\": 224, \"type\": \"empty\", \"encapsulate\": \"dhcp4\""), 3, 60,
     "/option-def/0/encapsulate", "cannot hold the space"},
    {"def_name", option_def("\"name\": \"-a\", \"code\": 224, \"type\": \"uint8\""), 3, 10,
     "/option-def/0/name", "is no option name"},
    {"severity", "\"loggers\": [{\"name\": \"kea-dhcp4\", \"severity\": \"LOUD\"}]", 2, 47,
     "/loggers/0/severity", "DEBUG, INFO, WARN"},
    {"socket_name", "\"control-sockets\": [{\"socket-type\": \"unix\"}]", 2, 21, "/control-sockets/0",
     "a file name in \"socket-name\""},
    {"socket_type", "\"control-sockets\": [{\"socket-type\": \"tcp\"}]", 2, 37,
     "/control-sockets/0/socket-type", "one of unix, http, https"},
    {"not_maps", "\"subnet4\": [5]", 2, 13, "/subnet4/0", "a list of maps"},
};
INSTANTIATE_TEST_SUITE_P(Table, WrongConfiguration, testing::ValuesIn(wrong),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(Problems, AllAreToldAtOnceInTheOrderOfTheText) {
    const auto loaded = load_global(
        "\"valid-lifetime\": -1,\n\"subnet4\": [{\"subnet\": 5}],\n\"foo\": 1, \"authoritative\": 2");
    ASSERT_FALSE(loaded);
    std::vector<std::uint32_t> lines;
    for (const Problem& problem : loaded.error()) lines.push_back(problem.line);
    EXPECT_EQ(lines, (std::vector<std::uint32_t>{1, 2, 2, 3, 3})) << format(loaded.error());
}

TEST(Problems, OtherRoots) {
    EXPECT_THAT(format(load_text("{\"Dhcp6\": {}}").error()),
                testing::HasSubstr("the key \"Dhcp6\" belongs to DHCPv6, and this is read for DHCPv4"));
    EXPECT_THAT(format(load_text("[]").error()), testing::HasSubstr("a configuration is a map, not a list"));
    EXPECT_THAT(format(load_text("{}").error()), testing::HasSubstr("the key \"Dhcp4\" is missing"));
    EXPECT_THAT(format(load_text("{\"Dhcp4\": 5}").error()),
                testing::HasSubstr("/Dhcp4: an integer stands where a map belongs"));
}

TEST(Problems, ThousandsAreCountedNotListed) {
    std::string list;
    for (int i = 0; i < 5000; ++i) list += "{\"id\": 1, \"ddns-ttl\": 5},";
    const auto loaded = load_global("\"subnet4\": [" + list + "]");
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().size(), 201u);
    EXPECT_THAT(loaded.error().back().what, testing::HasSubstr("4800 more like these"));
}

TEST(Problems, RepeatedWarningsAreToldOnce) {
    const auto loaded = load_global(
        "\"subnet4\": [{\"id\": 1, \"subnet\": \"10.0.0.0/8\", \"metadata\": {\"a\": 1}},"
        "{\"id\": 2, \"subnet\": \"11.0.0.0/8\", \"metadata\": {\"a\": 1}}]");
    ASSERT_TRUE(loaded);
    ASSERT_EQ(loaded->warnings.size(), 1u);
    EXPECT_EQ(loaded->warnings[0].hint, "the same in 1 more places");
}

TEST(Problems, FormatNamesEverythingOnOneLine) {
    const Problem problem{Problem::Kind::error, "a.conf", 3, 7, "/Dhcp4/x", "what", "allowed", "hint"};
    EXPECT_EQ(format(problem), "a.conf:3:7: error: /Dhcp4/x: what (allowed: allowed; hint)");
    EXPECT_EQ(format(Problem{Problem::Kind::warning, "a.conf", 0, 0, "", "what", "", "hint"}),
              "a.conf: warning: what (hint)");
}

}  // namespace
}  // namespace leasehold::config::problems_test
