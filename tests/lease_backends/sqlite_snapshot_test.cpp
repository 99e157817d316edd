// Reading and copying a SQLite database beside the store that serves from it; and the two files such tools
// use.
#include "lease_backends/sqlite_snapshot.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "lease_backends/lease_stage.hpp"
#include "lease_backends/new_file.hpp"
#include "lease_backends/sqlite_store.hpp"
#include "tests/support/leases.hpp"
#include "tests/support/sqlite_shell.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::sqlite_snapshot_test {
namespace {

using namespace testing_support;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Collected final : RowSink {
    std::vector<Lease> rows;
    bool row(Lease&& lease) override {
        rows.push_back(std::move(lease));
        return true;
    }
    bool unreadable(UnreadableRow&&) override { return true; }
};

struct SqliteSnapshotTest : testing::Test {
    SqliteSnapshotTest() {
        config.path = folder / "leases4.db";
        EXPECT_TRUE(store.open(soon()));
    }
    static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds{60}; }
    void put(std::uint32_t first, std::uint32_t count) {
        std::vector<ChangeList> lists;
        for (std::uint32_t i = first; i < first + count; ++i)
            lists.push_back({Put{lease_of(LeaseKind::v4, i, 7)}});
        ASSERT_TRUE(store.commit(lists, soon()));
    }
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator{folder.path()})
            if (!entry.path().filename().string().starts_with("leases4.db"))
                names.push_back(entry.path().filename());
        return names;
    }

    TemporaryDirectory folder;
    BackendConfig config;
    SqliteStore store{[this] {
        BackendConfig own;
        own.path = folder / "leases4.db";
        return own;
    }()};
};

TEST_F(SqliteSnapshotTest, SeesTheMomentInWhichItWasOpened) {
    put(1, 3);
    auto snapshot = SqliteSnapshot::open(config);
    ASSERT_TRUE(snapshot) << snapshot.error().detail;
    put(4, 5);
    Collected collected;
    const auto end = snapshot->scan(collected);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->rows, 3U);
    EXPECT_EQ(collected.rows.front(), lease_of(LeaseKind::v4, 1, 7));
}

TEST_F(SqliteSnapshotTest, CopiesThatMomentWhileTheStoreWrites) {
    put(1, 20000);  // several steps
    auto snapshot = SqliteSnapshot::open(config);
    ASSERT_TRUE(snapshot);
    const std::string copy = folder / "copy.db";
    std::uint32_t next = 100000;
    std::vector<std::uint64_t> steps;
    const auto octets = snapshot->copy_to(copy, [&](std::uint64_t done, std::uint64_t) {
        put(next, 100);
        next += 100;
        steps.push_back(done);
        return true;
    });
    ASSERT_TRUE(octets) << octets.error().detail;
    EXPECT_GT(steps.size(), 1U);
    EXPECT_TRUE(std::ranges::is_sorted(steps));  // it never had to begin again
    EXPECT_EQ(*octets, std::filesystem::file_size(copy));
    struct stat its {};
    ASSERT_EQ(::stat(copy.c_str(), &its), 0);
    EXPECT_EQ(its.st_mode & 0777, 0600U);
    EXPECT_THAT(files(), ElementsAre("copy.db"));

    BackendConfig restored;
    restored.path = copy;
    SqliteStore other{restored};
    ASSERT_TRUE(other.open(soon()));
    Collected collected;
    ASSERT_TRUE(other.scan(std::nullopt, collected, soon()));
    EXPECT_EQ(collected.rows.size(), 20000U);
}

TEST_F(SqliteSnapshotTest, LeavesNothingBehindWhenItIsInterrupted) {
    put(1, 20000);
    auto snapshot = SqliteSnapshot::open(config);
    ASSERT_TRUE(snapshot);
    EXPECT_FALSE(snapshot->copy_to(folder / "copy.db", [](auto, auto) { return false; }));
    EXPECT_THAT(files(), IsEmpty());
}

TEST_F(SqliteSnapshotTest, NeverReplacesAFile) {
    auto snapshot = SqliteSnapshot::open(config);
    ASSERT_TRUE(snapshot);
    const auto onto_itself = snapshot->copy_to(config.path, [](auto, auto) { return true; });
    ASSERT_FALSE(onto_itself);
    EXPECT_THAT(onto_itself.error().detail, HasSubstr("exists already"));
}

TEST_F(SqliteSnapshotTest, RefusesWhatIsNoLeaseDatabase) {
    config.path = folder / "nothing.db";
    const auto missing = SqliteSnapshot::open(config);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, StoreErrc::no_database);
    EXPECT_FALSE(std::filesystem::exists(config.path));
    { SqliteShell{config.path}.run("CREATE TABLE t (i INTEGER)"); }
    std::filesystem::permissions(config.path, std::filesystem::perms{0600});
    const auto foreign = SqliteSnapshot::open(config);
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, StoreErrc::schema);
}

TEST(NewFile, AppearsWholeOrNotAtAll) {
    const TemporaryDirectory folder;
    const std::string name = folder / "out";
    {
        auto file = NewFile::make(name);
        ASSERT_TRUE(file);
        write_text(file->temporary_name(), "half");
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    auto file = NewFile::make(name);
    ASSERT_TRUE(file);
    write_text(file->temporary_name(), "whole");
    EXPECT_FALSE(std::filesystem::exists(name));
    write_text(name, "somebody else's");  // came meanwhile
    EXPECT_FALSE(file->finish());
    EXPECT_EQ(read_text(name), "somebody else's");
    std::filesystem::remove(name);
    ASSERT_TRUE(file->finish());
    EXPECT_EQ(read_text(name), "whole");
}

TEST(LeaseStage, TheLastWordOnAKeyWins) {
    auto stage = LeaseStage::make();
    ASSERT_TRUE(stage) << stage.error().detail;
    auto lease = lease_of(LeaseKind::v4, 2, 1);
    lease.hostname = std::string{"a\0\xff", 3};
    const auto first = lease_of(LeaseKind::pd, 1, 1), gone = lease_of(LeaseKind::na, 3, 1);
    for (const auto& one : {lease_of(LeaseKind::v4, 2, 9), first, gone, lease}) ASSERT_TRUE(stage->put(one));
    ASSERT_TRUE(stage->erase(gone.address.address));
    ASSERT_TRUE(stage->complete());
    EXPECT_EQ(stage->count(), 2U);
    Collected collected;
    ASSERT_TRUE(stage->scan(collected));
    EXPECT_THAT(collected.rows, ElementsAre(lease, first));
}

}  // namespace
}  // namespace leasehold::sqlite_snapshot_test
