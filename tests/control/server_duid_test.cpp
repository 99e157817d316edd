// The server's DUID: what the configuration says, what it keeps of the one before, and its file.
#include "control/server_duid.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace leasehold::server_duid_test {
namespace {

using testing::HasSubstr;
using v6::DuidType;

constexpr auto january_2026 =
    std::chrono::sys_seconds{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

/// A machine with one interface, whose random numbers are all 5.
DuidSources sources(const char* present = "") {
    return {.present = *parse_hex(present),
            .hardware = v6::HardwareAddress{1, *parse_hex("02:00:00:00:00:0a")},
            .now = january_2026,
            .random = [](std::size_t size) { return Octets(size, 5); }};
}

ServerDuidConfig of(DuidType type, const char* identifier = "", std::uint32_t time = 0,
                    std::uint32_t enterprise = 0, std::uint16_t htype = 0) {
    ServerDuidConfig config;
    config.type = type;
    config.htype = htype;
    config.identifier = *parse_hex(identifier);
    config.time = time;
    config.enterprise = enterprise;
    return config;
}

struct DuidCase {
    const char* name;
    ServerDuidConfig config;
    const char* present;
    const char* duid;
};
class ServerDuidTable : public testing::TestWithParam<DuidCase> {};

TEST_P(ServerDuidTable, HasItsPartsFrom) {
    const auto duid = make_server_duid(GetParam().config, sources(GetParam().present));
    ASSERT_TRUE(duid) << duid.error();
    EXPECT_EQ(to_hex(view(*duid)), GetParam().duid);
}

constexpr auto own_mac = "0c:01:02:12:34:ab";
INSTANTIATE_TEST_SUITE_P(
    Rfc8415Section11, ServerDuidTable,
    testing::Values(
        DuidCase{"llt_new", {}, "", "00:01:00:01:30:e8:75:80:02:00:00:00:00:0a"},
        DuidCase{"llt_kept",
                 {},
                 "00:01:00:01:00:00:00:07:02:00:00:00:00:0b",
                 "00:01:00:01:00:00:00:07:02:00:00:00:00:0b"},
        DuidCase{"llt_other_time", of(DuidType::llt, "", 9), "00:01:00:01:00:00:00:07:02:00:00:00:00:0b",
                 "00:01:00:01:00:00:00:09:02:00:00:00:00:0b"},
        DuidCase{"llt_own_address", of(DuidType::llt, own_mac, 9, 0, 8), "",
                 "00:01:00:08:00:00:00:09:0c:01:02:12:34:ab"},
        DuidCase{"llt_after_en", {}, "00:02:00:00:09:bf:01:02", "00:01:00:01:30:e8:75:80:02:00:00:00:00:0a"},
        DuidCase{"ll_new", of(DuidType::ll), "", "00:03:00:01:02:00:00:00:00:0a"},
        DuidCase{"ll_own_address", of(DuidType::ll, own_mac), "", "00:03:00:01:0c:01:02:12:34:ab"},
        DuidCase{"en_new", of(DuidType::en), "", "00:02:00:00:09:bf:05:05:05:05:05:05"},
        DuidCase{"en_kept", of(DuidType::en), "00:02:00:00:00:07:01:02", "00:02:00:00:00:07:01:02"},
        DuidCase{"en_other_enterprise", of(DuidType::en, "", 0, 8), "00:02:00:00:00:07:01:02",
                 "00:02:00:00:00:08:01:02"},
        DuidCase{"en_own_identifier", of(DuidType::en, "aa:bb"), "", "00:02:00:00:09:bf:aa:bb"},
        DuidCase{"uuid_new", of(DuidType::uuid), "", "00:04:05:05:05:05:05:05:45:05:85:05:05:05:05:05:05:05"},
        DuidCase{"uuid_kept", of(DuidType::uuid), "00:04:01:05:05:05:05:05:45:05:85:05:05:05:05:05:05:05",
                 "00:04:01:05:05:05:05:05:45:05:85:05:05:05:05:05:05:05"}),
    [](const auto& row) { return std::string{row.param.name}; });

TEST(MakeServerDuid, WithoutAnInterfaceSaysWhatToDo) {
    auto none = sources();
    none.hardware.reset();
    const auto duid = make_server_duid({}, none);
    ASSERT_FALSE(duid);
    EXPECT_THAT(duid.error(), HasSubstr("\"EN\""));
    EXPECT_TRUE(make_server_duid(of(DuidType::en), none));
    EXPECT_TRUE(make_server_duid(of(DuidType::llt, own_mac), none));
}

struct ServerDuidTest : testing::Test {
    testing_support::TemporaryDirectory folder;
    const std::string directory = folder.path() + "/state";
    const std::string path = directory + "/kea-dhcp6-serverid";
    const ServerDuidConfig en = of(DuidType::en);

    std::string file() const {
        std::ifstream in{path};
        std::string text;
        std::getline(in, text);
        return text;
    }
    void write(const std::string& text) const {
        std::filesystem::create_directories(directory);
        std::ofstream{path} << text;
    }
};

TEST_F(ServerDuidTest, IsKeptOverRestarts) {
    ServerDuid first{directory};
    const auto made = first.make(en);
    ASSERT_TRUE(made) << made.error();
    EXPECT_FALSE(std::filesystem::exists(path)) << "a configuration that is only tested writes nothing";
    ASSERT_TRUE(first.keep(en, *made));
    EXPECT_EQ(file(), to_hex(view(*made)));
    const auto again = ServerDuid{directory}.make(en);
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, *made);
}

// Kea's file ends without a line end; people put blanks into it.
TEST_F(ServerDuidTest, TakesKeasFile) {
    for (const char* text : {"00:02:00:00:00:07:01:02", " 00:02:00:00:00:07:01:02\n", "0002000000070102"}) {
        write(text);
        const auto duid = ServerDuid{directory}.make(en);
        ASSERT_TRUE(duid) << text << duid.error();
        EXPECT_EQ(to_hex(view(*duid)), "00:02:00:00:00:07:01:02");
    }
}

TEST_F(ServerDuidTest, AFileWithSomethingElseIsNamedAndLeftAlone) {
    for (const char* text : {"twelve", "00", "00:02:0x"}) {
        write(text);
        const auto duid = ServerDuid{directory}.make(en);
        ASSERT_FALSE(duid) << text;
        EXPECT_THAT(duid.error(), HasSubstr(path));
        EXPECT_EQ(file(), text);
    }
    write("");
    EXPECT_TRUE(ServerDuid{directory}.make(en)) << "an empty file has no DUID to lose";
}

TEST_F(ServerDuidTest, IsNotWrittenWhenItIsNotToPersist) {
    ServerDuidConfig passing = en;
    passing.persist = false;
    ServerDuid duid{directory};
    const auto made = duid.make(passing);
    ASSERT_TRUE(made);
    ASSERT_TRUE(duid.keep(passing, *made));
    EXPECT_FALSE(std::filesystem::exists(path));
    const auto again = duid.make(passing);
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, *made) << "reading the configuration again makes no other server of it";
}

TEST_F(ServerDuidTest, WhereNothingCanBeWrittenItSaysSo) {
    const auto kept = ServerDuid{"/proc/nowhere"}.keep(en, *parse_hex("00:02:00:00:00:07:01:02"));
    ASSERT_FALSE(kept);
    EXPECT_THAT(kept.error(), HasSubstr("/proc/nowhere"));
}

}  // namespace
}  // namespace leasehold::server_duid_test
