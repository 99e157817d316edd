// What -t and -T say, and with which exit status.
#include "control/configuration_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <sstream>

#include "lease_backends/open.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::configuration_check_test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing_support::write_text;

struct ConfigurationCheckTest : testing::Test {
    testing_support::TemporaryDirectory folder;
    std::string file = folder / "dhcp4.conf";
    std::string database = folder / "leases.db";
    std::ostringstream out, err;

    int check(std::string_view more_members, bool opens_database) {
        const auto members = std::string{more_members} +
                             R"("lease-database": { "type": "sqlite", "name": ")" + database + R"(" },
            "subnet4": [ { "id": 1, "subnet": "192.0.2.0/24", "pools": [ { "pool": "192.0.2.0/25" } ] },
                         { "id": 2, "subnet": "198.51.100.0/24" } ])";
        write_text(file, "{ \"Dhcp4\": { " + members + " } }");
        out.str({});
        err.str({});
        return check_configuration({.file = file, .opens_database = opens_database}, out, err);
    }
    std::unique_ptr<LeaseStore> make_database() const {
        BackendConfig config;
        config.path = database;
        auto store = make_lease_store(config);
        const auto opened = store->open(std::chrono::steady_clock::now() + std::chrono::hours{1});
        EXPECT_TRUE(opened) << opened.error().detail;
        return store;
    }
};

TEST_F(ConfigurationCheckTest, GoodOneIsSummedUpAndNothingIsOpened) {
    EXPECT_EQ(check("", false), 0);
    EXPECT_EQ(out.str(),
              file + ": the DHCPv4 configuration can be used: 2 subnet(s), 1 pool(s), 0 warning(s)\n");
    EXPECT_EQ(err.str(), "");
    EXPECT_FALSE(std::filesystem::exists(database));
}

// Each family's part is read for itself; what both cannot have is seen all the same.
TEST_F(ConfigurationCheckTest, AFileForBothFamiliesIsCheckedForBoth) {
    const auto both = [&](const std::string& socket6) {
        const auto part = [](const std::string& socket) {
            return R"({ "lease-database": { "type": "memfile", "persist": false },
                "control-sockets": [ { "socket-type": "unix", "socket-name": ")" +
                   socket + "\" } ] }";
        };
        write_text(file,
                   R"({ "Dhcp4": )" + part("/run/c4") + R"(, "Dhcp6": )" + part("/run/" + socket6) + " }");
        out.str({});
        err.str({});
        return check_configuration({.file = file, .opens_database = false}, out, err);
    };
    EXPECT_EQ(both("c6"), 0) << err.str();
    EXPECT_THAT(out.str(), HasSubstr("the DHCPv4 configuration can be used"));
    EXPECT_THAT(out.str(), HasSubstr("the DHCPv6 configuration can be used"));
    EXPECT_EQ(both("c4"), 78);
    EXPECT_THAT(err.str(), HasSubstr("the control socket /run/c4"));
    EXPECT_EQ(check_configuration({.file = file, .family = Family::v6}, out, err), 0) << err.str();

    write_text(file, R"({ "Dhcp4": {}, "Dhcp6": { "no-such-key": 1 } })");
    err.str({});
    EXPECT_EQ(check_configuration({.file = file}, out, err), 78);
    EXPECT_THAT(err.str(), HasSubstr("no-such-key"));
}

TEST_F(ConfigurationCheckTest, NeitherGoodNewsNorBadNewsShowAPassword) {
    for (const char* const more : {"", R"(, "connect-timeout": 0)", R"(, "host": "db1:swordfish")"}) {
        write_text(file, std::string{R"({ "Dhcp4": { "lease-database": { "type": "mysql", "name": "d",
            "password": "swordfish" )"} +
                             more + " } } }");
        check_configuration({.file = file, .opens_database = false}, out, err);
    }
    EXPECT_THAT(out.str(), HasSubstr("can be used"));
    EXPECT_THAT(err.str(), HasSubstr("0 is out of range"));
    EXPECT_THAT(err.str(), HasSubstr("the port of host 1"));
    EXPECT_EQ((out.str() + err.str()).find("swordfish"), std::string::npos);
}

TEST_F(ConfigurationCheckTest, WarningsAreListedAndDoNoHarm) {
    EXPECT_EQ(check(R"("renew-timer": 900, "rebind-timer": 800, )", false), 0);
    EXPECT_THAT(out.str(), EndsWith("1 warning(s)\n"));
    EXPECT_THAT(err.str(), HasSubstr(file + ":1:"));
    EXPECT_THAT(err.str(), HasSubstr("renew-timer"));
}

TEST_F(ConfigurationCheckTest, ErrorsAreListedAndNothingIsPraised) {
    for (const bool opens_database : {false, true}) {
        EXPECT_EQ(check(R"("valid-lifetme": 900, "rebind-timr": 800, )", opens_database), 78);
        EXPECT_EQ(out.str(), "");
        EXPECT_THAT(err.str(), HasSubstr("valid-lifetme"));
        EXPECT_THAT(err.str(), HasSubstr("rebind-timr"));
    }
}

TEST_F(ConfigurationCheckTest, DatabaseIsOpened) {
    make_database()->close();
    EXPECT_EQ(check("", true), 0);
    EXPECT_THAT(out.str(),
                EndsWith("0 warning(s); the lease database sqlite:" + database + " can be opened\n"));
    EXPECT_EQ(err.str(), "");
}

TEST_F(ConfigurationCheckTest, DatabaseIsNotMade) {
    EXPECT_EQ(check("", true), 0);
    EXPECT_THAT(out.str(), EndsWith("does not exist yet: the server makes it\n"));
    EXPECT_FALSE(std::filesystem::exists(database));
}

TEST_F(ConfigurationCheckTest, DatabaseThatCannotBeUsedHasItsExitStatus) {
    const auto refused = [&](int exit_status) {
        EXPECT_EQ(check("", true), exit_status);
        EXPECT_EQ(out.str(), "");
        EXPECT_THAT(err.str(), HasSubstr("the lease database cannot be used: "));
        EXPECT_THAT(err.str(), HasSubstr(database));
    };
    auto held = make_database();
    refused(69);
    held.reset();
    chmod(database.c_str(), 0644);
    refused(77);
    chmod(database.c_str(), 0600);
    write_text(database, "neither a database nor empty");
    refused(69);
}

}  // namespace
}  // namespace leasehold::configuration_check_test
