// What is SQLite's own: settings, damaged rows, a bounded log, full disks, a killed process, other programs.
#include "lease_backends/sqlite_store.hpp"

#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "tests/support/leases.hpp"
#include "tests/support/sqlite_shell.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::sqlite_store_test {
namespace {

using namespace testing_support;
using testing::ElementsAre;
using testing::HasSubstr;

Deadline soon() {
    return std::chrono::steady_clock::now() + std::chrono::seconds{60};
}

BackendConfig config_for(const std::string& path) {
    BackendConfig config;
    config.path = path;
    return config;
}

StoreResult<std::vector<RowResult>> commit(LeaseStore& store, ChangeList changes) {
    return store.commit(std::span{&changes, 1}, soon());
}

/// `count` new v4 leases from number `from` on, with a context that makes each about a kilobyte.
ChangeList many(std::uint32_t from, std::uint32_t count) {
    ChangeList list;
    for (std::uint32_t i = 0; i < count; ++i) {
        Put put{lease_of(LeaseKind::v4, from + i, 1)};
        put.lease.user_context.assign(800, 'x');
        list.push_back(put);
    }
    return list;
}

class Rows final : public RowSink {
public:
    bool row(Lease&& lease) override {
        leases.push_back(std::move(lease));
        return true;
    }
    bool unreadable(UnreadableRow&& bad) override {
        damaged.push_back(std::move(bad));
        return true;
    }
    std::vector<Lease> leases;
    std::vector<UnreadableRow> damaged;
};

struct SqliteStoreTest : testing::Test {
    TemporaryDirectory folder;
    const std::string file = folder / "leases.db";
    SqliteStore store{config_for(file)};
    const Lease one = lease_of(LeaseKind::v4, 1, 1), two = lease_of(LeaseKind::v4, 2, 1),
                three = lease_of(LeaseKind::v4, 3, 1);

    void open() {
        const auto opened = store.open(soon());
        ASSERT_TRUE(opened) << opened.error().detail;
    }
};

TEST_F(SqliteStoreTest, TheTableHasOneIndexAndTheFileIsMarkedAsOurs) {
    open();
    SqliteShell shell{file};
    EXPECT_EQ(shell.ask("SELECT count(*) FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"), "0");
    EXPECT_THAT(shell.ask("SELECT sql FROM sqlite_master WHERE name = 'lease'"), HasSubstr("WITHOUT ROWID"));
    EXPECT_EQ(shell.ask("PRAGMA application_id"), "1279608900");
    EXPECT_EQ(shell.ask("PRAGMA user_version"), "2");
    EXPECT_EQ(shell.ask("PRAGMA journal_mode"), "wal");
    EXPECT_EQ(shell.ask("SELECT version, min_reader, backend FROM schema_info"), "2|1|sqlite");
}

TEST_F(SqliteStoreTest, TheViewsShowLeasesInKeasColumns) {
    open();
    Lease endless = lease_of(LeaseKind::pd, 1, 4);
    endless.valid_lifetime = infinite_lifetime;
    endless.expire = endless.cltt + std::chrono::seconds{infinite_lifetime};
    Lease address = lease_of(LeaseKind::v4, 0, 1);
    address.address = to_prefix(*parse_ipv4("192.168.254.17"));
    ASSERT_TRUE(commit(store, {Put{address}, Put{endless}}));
    SqliteShell shell{file};
    EXPECT_EQ(
        shell.ask(
            "SELECT address, hex(hwaddr), hex(client_id), valid_lifetime, expire, hostname FROM lease4"),
        "3232300561|020000000001|010200000001|3600|1800003600|host-1.example.org");
    EXPECT_EQ(shell.ask("SELECT lease_type, iaid, prefix_len, expire, pref_lifetime FROM lease6"),
              "2|4294967284|64|1800000000|1800");
}

TEST_F(SqliteStoreTest, ADamagedRowIsSetAsideAndLeftAsItIs) {
    open();
    ASSERT_TRUE(commit(store, {Put{one}, Put{two}, Put{three}}));
    SqliteShell shell{file};
    shell.run("PRAGMA ignore_check_constraints = ON");
    shell.run("UPDATE lease SET state = 77 WHERE address = x'00000000000000000000ffff0a000002'");
    shell.run(
        "INSERT INTO lease SELECT x'01', prefix_length, kind, subnet_id, pool_id, client_id, duid, iaid, "
        "hwaddr, "
        "hwtype, hwaddr_source, valid_lifetime, preferred_lifetime, cltt, expire, hold_until, state, "
        "fqdn_fwd, "
        "fqdn_rev, hostname, user_context, relay_id, remote_id, version, last_writer FROM lease LIMIT 1");

    Rows rows;
    const auto end = store.scan(std::nullopt, rows, soon());
    ASSERT_TRUE(end) << end.error().detail;
    EXPECT_THAT(rows.leases, ElementsAre(one, three));
    ASSERT_EQ(rows.damaged.size(), 1U);
    EXPECT_EQ(rows.damaged[0].address, two.address);
    EXPECT_THAT(rows.damaged[0].detail, HasSubstr("state cannot be 77"));
    EXPECT_EQ(end->rows, 2U);
    EXPECT_EQ(end->unreadable, 2U);  // the row with the damaged key is only counted

    const auto found = store.find({&two.address, 1}, soon());
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, StoreErrc::rejected);
    EXPECT_THAT(found.error().detail, HasSubstr("10.0.0.2"));

    const auto put = commit(store, {Put{lease_of(LeaseKind::v4, 2, 9)}, Put{renewed(one)}});
    ASSERT_TRUE(put);
    EXPECT_EQ(put->at(0).outcome, Outcome::rejected);
    EXPECT_EQ(put->at(1).outcome, Outcome::applied);
    const auto erased = commit(store, {Erase{two.address, two.version + 5}});
    ASSERT_TRUE(erased);
    EXPECT_EQ(erased->at(0).outcome, Outcome::rejected);
    EXPECT_EQ(
        shell.ask(
            "SELECT state, hex(client_id) FROM lease WHERE address = x'00000000000000000000ffff0a000002'"),
        "77|010200000001");
}

TEST_F(SqliteStoreTest, TheLogStaysBoundedThoughChangesNeverStop) {
    open();
    std::uintmax_t largest = 0;
    for (std::uint32_t round = 0; round < 100; ++round) {
        ASSERT_TRUE(commit(store, many(round * 512, 512)));
        ASSERT_TRUE(store.between_commits(true, soon()));
        largest = std::max(largest, std::filesystem::file_size(file + "-wal"));
    }
    constexpr std::uintmax_t frame = 4096 + 24;
    constexpr std::uintmax_t batch_frames = 600;  // what one of these commits adds at most
    EXPECT_GT(largest, 1000 * frame);
    EXPECT_LT(largest, (SqliteDatabase::wal_frames_busy + batch_frames) * frame);
}

TEST_F(SqliteStoreTest, AForeignReaderDelaysTheLogsStartButNoCommit) {
    open();
    ASSERT_TRUE(commit(store, many(0, 512)));
    SqliteShell reader{file};
    reader.run("BEGIN");
    EXPECT_EQ(reader.ask("SELECT count(*) FROM lease"), "512");
    for (std::uint32_t round = 1; round < 40; ++round) {
        ASSERT_TRUE(commit(store, many(round * 512, 512)));
        ASSERT_TRUE(store.between_commits(true, soon()));
    }
    EXPECT_EQ(reader.ask("SELECT count(*) FROM lease"), "512");
    reader.run("COMMIT");
    for (std::uint32_t round = 40; round < 120; ++round) {
        ASSERT_TRUE(commit(store, many(round * 512, 512)));
        ASSERT_TRUE(store.between_commits(true, soon()));
    }
    const auto frames_at_end = std::filesystem::file_size(file + "-wal") / (4096 + 24);
    EXPECT_LT(frames_at_end, 80U * 600U) << "it started over once the reader was gone";
}

TEST_F(SqliteStoreTest, AWriterElsewhereMakesItUnavailableNotWrong) {
    open();
    SqliteShell other{file};
    other.run("BEGIN IMMEDIATE");
    ChangeList list{Put{one}};
    const auto result = store.commit(std::span{&list, 1}, std::chrono::steady_clock::now());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, StoreErrc::unavailable);
    EXPECT_THAT(result.error().detail, HasSubstr("another program holds a lock"));
    other.run("COMMIT");
    open();
    EXPECT_TRUE(commit(store, {Put{one}}));
}

TEST_F(SqliteStoreTest, CancelEndsTheCallInFlight) {
    open();
    ASSERT_TRUE(commit(store, many(0, 3000)));
    struct CancelInside final : RowSink {
        explicit CancelInside(SqliteStore& to_cancel) : store{to_cancel} {}
        bool row(Lease&&) override {
            if (++rows == 1) std::thread{[this] { store.cancel(); }}.join();
            return true;
        }
        bool unreadable(UnreadableRow&&) override { return true; }
        SqliteStore& store;
        int rows = 0;
    } sink{store};
    const auto end = store.scan(std::nullopt, sink, soon());
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, StoreErrc::unavailable);
    EXPECT_EQ(sink.rows, 1);
    EXPECT_FALSE(commit(store, {Put{one}})) << "cancelled until it is opened again";
    open();
    EXPECT_TRUE(store.probe(soon()));
}

TEST_F(SqliteStoreTest, ACallOnAStoreThatIsNotOpenIsUnavailable) {
    const auto result = commit(store, {Put{one}});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, StoreErrc::unavailable);
    EXPECT_FALSE(store.probe(soon()));
}

/// A file system of so many KiB that really gets full.
class SmallDisk {
public:
    explicit SmallDisk(const std::string& where, const std::string& size) : where_{where} {
        std::filesystem::create_directory(where_);
        const std::string options = "mode=0700,size=" + size;
        mounted_ = ::mount("tmpfs", where_.c_str(), "tmpfs", 0, options.c_str()) == 0;
        EXPECT_TRUE(mounted_) << "mounting a small file system needs root";
    }
    ~SmallDisk() {
        if (mounted_) ::umount2(where_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

private:
    std::string where_;
    bool mounted_ = false;
};

TEST_F(SqliteStoreTest, AFullDiskAppliesNothingKeepsWhatWasAndEndsWhenThereIsSpace) {
    const SmallDisk disk{folder / "small", "4m"};
    const std::string database = folder / "small/leases.db", ballast = folder / "small/ballast";
    SqliteStore full{config_for(database)};
    write_text(ballast, std::string(2 << 20, 'b'));
    ASSERT_TRUE(full.open(soon()));
    ASSERT_TRUE(commit(full, {Put{one}}));

    StoreResult<std::vector<RowResult>> result;
    std::uint32_t stored = 0;
    for (std::uint32_t round = 0; round < 1000; ++round) {
        result = commit(full, many(100 + round * 64, 64));
        if (!result) break;
        stored += 64;
    }
    ASSERT_FALSE(result) << "4 MiB were never full";
    EXPECT_EQ(result.error().code, StoreErrc::unavailable);
    EXPECT_THAT(result.error().detail,
                AllOf(HasSubstr(database), HasSubstr("full"), HasSubstr("free space")));

    full.close();
    std::filesystem::remove(ballast);
    const auto again = full.open(soon());
    ASSERT_TRUE(again) << again.error().detail;
    Rows rows;
    ASSERT_TRUE(full.scan(std::nullopt, rows, soon()));
    EXPECT_EQ(rows.leases.size(), 1 + stored) << "nothing of the failed transaction, all of the others";
    EXPECT_EQ(rows.leases.front(), one);
    ASSERT_TRUE(commit(full, {Put{renewed(one)}}));
}

TEST_F(SqliteStoreTest, AStartOnAFullDiskIsUnavailableAndSaysWhere) {
    const SmallDisk disk{folder / "small", "1m"};
    const std::string database = folder / "small/leases.db";
    std::ofstream filler{folder / "small/ballast"};
    for (int i = 0; i < 2048 && filler; ++i) filler << std::string(1024, 'b') << std::flush;
    filler.close();
    SqliteStore full{config_for(database)};
    const auto opened = full.open(soon());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, StoreErrc::unavailable);
    EXPECT_THAT(opened.error().detail, HasSubstr(folder / "small"));
}

// A client moves: its old lease goes and its new one comes, in one decision. A process that is killed at any
// moment leaves both or neither.
TEST_F(SqliteStoreTest, AProcessKilledInADecisionLeavesAllOfItOrNothing) {
    for (int attempt = 0; attempt < 10; ++attempt) {
        const std::string moved = folder / ("killed" + std::to_string(attempt) + ".db");
        int ready[2];
        ASSERT_EQ(::pipe(ready), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            SqliteStore its{config_for(moved)};
            if (!its.open(soon())) ::_exit(1);
            Lease at = lease_of(LeaseKind::v4, 0, 1);
            if (!commit(its, {Put{at}})) ::_exit(1);
            for (std::uint32_t number = 1;; ++number) {  // until it is killed
                Lease next = lease_of(LeaseKind::v4, number % 2, 1);
                next.version = at.version + 1024;
                if (!commit(its, {Erase{at.address, at.version}, Put{next}})) ::_exit(1);
                at = next;
                if (::write(ready[1], "m", 1) != 1) ::_exit(1);
            }
        }
        char mark = 0;
        for (int moves = 0; moves < 5 + attempt; ++moves) ASSERT_EQ(::read(ready[0], &mark, 1), 1);
        ::kill(child, SIGKILL);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFSIGNALED(status));
        ::close(ready[0]);
        ::close(ready[1]);

        SqliteStore after{config_for(moved)};
        ASSERT_TRUE(after.open(soon()));
        Rows rows;
        ASSERT_TRUE(after.scan(std::nullopt, rows, soon()));
        EXPECT_EQ(rows.leases.size(), 1U);
    }
}

TEST(SqliteErrors, AreNamedForWhatTheCallerCanDo) {
    struct Case {
        int code;
        StoreErrc expected;
    };
    using enum StoreErrc;
    for (const Case& c : {Case{SQLITE_FULL, unavailable}, Case{SQLITE_IOERR_FSYNC, unavailable},
                          Case{SQLITE_IOERR_WRITE, unavailable}, Case{SQLITE_READONLY_DBMOVED, unavailable},
                          Case{SQLITE_BUSY, unavailable}, Case{SQLITE_INTERRUPT, unavailable},
                          Case{SQLITE_NOMEM, unavailable}, Case{SQLITE_CANTOPEN, unavailable},
                          Case{SQLITE_CORRUPT, corrupt}, Case{SQLITE_CORRUPT_VTAB, corrupt},
                          Case{SQLITE_NOTADB, corrupt}, Case{SQLITE_CONSTRAINT_CHECK, rejected},
                          Case{SQLITE_CONSTRAINT_DATATYPE, rejected}, Case{SQLITE_TOOBIG, rejected}})
        EXPECT_EQ(store_errc_of(c.code), c.expected) << c.code;
}

}  // namespace
}  // namespace leasehold::sqlite_store_test
