// The first start on Kea's leases: what is imported, when, and what is left behind when it fails.
#include "lease_backends/sqlite_import.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "lease_backends/sqlite_store.hpp"
#include "tests/support/sqlite_shell.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::sqlite_import_test {
namespace {

using namespace testing_support;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view header =
    "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,"
    "pool_id\n";

std::string row(const std::string& address, const std::string& client, int valid,
                const std::string& hostname = "") {
    return address + ",02:00:00:00:00:" + client + ",," + std::to_string(valid) + ",1767226800,1,0,0," +
           hostname + ",0,,0\n";
}

struct SqliteImport : testing::Test {
    SqliteImport() {
        config.path = folder / "leases4.db";
        config.import_csv = csv;
    }
    Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds{60}; }

    TemporaryDirectory folder;
    const std::string csv = folder / "kea-leases4.csv";
    BackendConfig config;
};

TEST_F(SqliteImport, BringsInWhatTheJournalSaysAtItsEnd) {
    const std::string journal = std::string{header} + row("10.0.0.1", "01", 3600) +
                                row("10.0.0.2", "02", 3600) + row("10.0.0.1", "09", 3600, "a&#x2cb") +
                                row("10.0.0.2", "02", 0) + row("10.0.0.3", "03", 3600) +
                                row("10.0.0.3", "03", 0) + row("10.0.0.3", "04", 60);
    write_text(csv, journal);
    SqliteStore store{config};
    const auto opened = store.open(soon());
    ASSERT_TRUE(opened) << opened.error().detail;
    EXPECT_THAT(opened->notices,
                Contains(HasSubstr("2 lease(s) were imported from Kea's " + csv + " (7 rows, 0 ")));
    const std::vector keys{to_prefix(*parse_ipv4("10.0.0.1")), to_prefix(*parse_ipv4("10.0.0.2")),
                           to_prefix(*parse_ipv4("10.0.0.3"))};
    const auto found = store.find(keys, soon());
    ASSERT_TRUE(found);
    ASSERT_TRUE(found->at(0));
    EXPECT_EQ(found->at(0)->hostname, "a,b");
    EXPECT_EQ(found->at(0)->hwaddr.back(), 9);
    EXPECT_EQ(found->at(0)->hold_until, found->at(0)->expire);
    EXPECT_GT(found->at(0)->version, std::uint64_t{1} << 50) << "a first version, not a small number";
    EXPECT_FALSE(found->at(1));
    EXPECT_EQ(found->at(2)->hwaddr.back(), 4);
    EXPECT_EQ(read_text(csv), journal) << "Kea's file is never written";
    struct stat its {};
    ASSERT_EQ(::stat(config.path.c_str(), &its), 0);
    EXPECT_EQ(its.st_mode & 07777U, 0600U);
}

TEST_F(SqliteImport, HappensOnceAndNeverOverADatabase) {
    write_text(csv, std::string{header} + row("10.0.0.1", "01", 3600));
    {
        SqliteStore store{config};
        ASSERT_TRUE(store.open(soon()));
        ChangeList erase{Erase{to_prefix(*parse_ipv4("10.0.0.1")), 0}};
        const auto lost = store.commit(std::span{&erase, 1}, soon());
        erase = {Erase{to_prefix(*parse_ipv4("10.0.0.1")), lost->at(0).current->version}};
        ASSERT_EQ(store.commit(std::span{&erase, 1}, soon())->at(0).outcome, Outcome::applied);
    }
    SqliteStore store{config};
    const auto opened = store.open(soon());
    ASSERT_TRUE(opened);
    EXPECT_THAT(opened->notices, Not(Contains(HasSubstr("imported"))));
    EXPECT_EQ(SqliteShell{config.path}.ask("SELECT count(*) FROM lease"), "0");
}

TEST_F(SqliteImport, AnEmptyFileIsNoDatabaseYet) {
    write_text(config.path, "");
    write_text(csv, std::string{header} + row("10.0.0.1", "01", 3600));
    const auto notices = import_kea_leases(config);
    ASSERT_TRUE(notices) << notices.error().detail;
    EXPECT_THAT(*notices, Contains(HasSubstr("1 lease(s)")));
}

TEST_F(SqliteImport, WithoutFilesOrNameThereIsNothingToDo) {
    auto notices = import_kea_leases(config);
    ASSERT_TRUE(notices);
    EXPECT_THAT(*notices, IsEmpty());
    config.import_csv.clear();
    notices = import_kea_leases(config);
    ASSERT_TRUE(notices);
    EXPECT_THAT(*notices, IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(config.path));
}

TEST_F(SqliteImport, ThatFailsLeavesNothingAndTheNextOneStartsOver) {
    write_text(csv, std::string{header} + row("10.0.0.1", "01", 3600) + "nonsense\n");
    SqliteStore store{config};
    const auto opened = store.open(soon());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, StoreErrc::configuration);
    EXPECT_THAT(opened.error().detail, HasSubstr(csv + ":3: "));
    EXPECT_FALSE(std::filesystem::exists(config.path));
    EXPECT_FALSE(std::filesystem::exists(config.path + ".importing"));

    write_text(config.path + ".importing", "left by a process that was killed");
    config.max_row_errors = 1;
    SqliteStore second{config};
    const auto allowed = second.open(soon());
    ASSERT_TRUE(allowed) << allowed.error().detail;
    EXPECT_THAT(allowed->notices, Contains(HasSubstr("(2 rows, 1 unreadable)")));
    EXPECT_THAT(allowed->notices, Contains(HasSubstr(csv + ":3: this lease was left out")));
}

TEST_F(SqliteImport, OfV6ReplacesByAddressAlone) {
    config.family = Family::v6;
    write_text(
        csv,
        "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,"
        "fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id\n"
        "2001:db8:1::,00:01:02,3600,1767226800,1,1800,2,1,56,0,0,,,0,,0,0,0\n"
        "2001:db8:1::,00:01:02,3600,1767226800,1,1800,2,1,60,0,0,,,0,,0,0,0\n"
        "2001:db8::5,00:01:03,3600,1767226800,1,1800,0,1,128,0,0,,,0,,0,0,0\n");
    const auto notices = import_kea_leases(config);
    ASSERT_TRUE(notices) << notices.error().detail;
    SqliteShell shell{config.path};
    EXPECT_EQ(shell.ask("SELECT count(*), max(CASE kind WHEN 3 THEN prefix_length END) FROM lease"), "2|60");
}

}  // namespace
}  // namespace leasehold::sqlite_import_test
