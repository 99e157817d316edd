// The outage journal: what was written is read back in the order of its newest change, survives reopening,
// and leaves only when it has arrived.
#include "lease_backends/outage_journal.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "tests/support/leases.hpp"
#include "tests/support/sqlite_shell.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::outage_journal_test {
namespace {

using namespace testing_support;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct OutageJournalTest : testing::Test {
    OutageJournalTest() { open(); }

    static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds{30}; }
    void open() {
        BackendConfig config;
        config.outage_journal = file;
        sides = make_outage_journal(config);
        const auto opened = sides.writer->open(soon());
        ASSERT_TRUE(opened) << opened.error().detail;
        reader = sides.reader();
    }
    void write(ChangeList list) {
        const auto rows = sides.writer->commit(std::span{&list, 1}, soon());
        ASSERT_TRUE(rows) << rows.error().detail;
        for (const RowResult& row : *rows) EXPECT_EQ(row.outcome, Outcome::applied);
    }
    std::vector<JournalEntry> oldest(std::size_t count = 100) {
        auto entries = reader->oldest(count, soon());
        EXPECT_TRUE(entries) << entries.error().detail;
        return entries ? std::move(*entries) : std::vector<JournalEntry>{};
    }
    static std::vector<Prefix> addresses(const std::vector<JournalEntry>& entries) {
        std::vector<Prefix> list;
        for (const JournalEntry& entry : entries) list.push_back(address_of(entry.change));
        return list;
    }

    TemporaryDirectory folder;
    std::string file = folder / "outage4.db";
    JournalSides sides;
    std::unique_ptr<OutageJournal> reader;
    const Lease a = lease_of(LeaseKind::v4, 1, 1), b = lease_of(LeaseKind::na, 2, 2),
                c = lease_of(LeaseKind::pd, 3, 3);
};

TEST_F(OutageJournalTest, KeepsEveryFieldOfTheNewestContentAndTheFirstBase) {
    write({Put{a, false, 0, {}}, Put{b, false, 0, {}}});
    write({Put{renewed(a), true, 5, lease_test_now}});
    const auto entries = oldest();
    EXPECT_THAT(addresses(entries), ElementsAre(b.address, a.address));
    EXPECT_EQ(std::get<Put>(entries[0].change).lease, b);
    EXPECT_EQ(std::get<Put>(entries[1].change).lease, renewed(a));
    EXPECT_EQ(entries[1].base_version, a.version - 1);
    EXPECT_LT(entries[0].sequence, entries[1].sequence);
    EXPECT_EQ(sides.fill->entries, 2U);
    EXPECT_GT(sides.fill->oldest, 0);
    EXPECT_GT(sides.fill->octets, 0U);
}

TEST_F(OutageJournalTest, AnErasedLeaseIsAnEntryToo) {
    write({Erase{a.address, a.version}});
    auto entries = oldest();
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(std::get<Erase>(entries[0].change).version, a.version);
    EXPECT_EQ(entries[0].base_version, a.version);
    write({Put{renewed(a), false, 0, {}}});
    entries = oldest();
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(std::get<Put>(entries[0].change).lease, renewed(a));
    EXPECT_EQ(entries[0].base_version, a.version) << "it is about the backend's row before the first change";
}

TEST_F(OutageJournalTest, SurvivesReopeningWithoutAFarewell) {
    write({Put{a, false, 0, {}}, Put{c, false, 0, {}}});
    sides.writer->close();
    open();
    EXPECT_EQ(sides.fill->entries, 2U);
    const auto before = oldest();
    write({Put{b, false, 0, {}}});
    EXPECT_GT(oldest().back().sequence, before.back().sequence);
}

TEST_F(OutageJournalTest, WhatArrivedIsTakenOutUnlessANewerChangeTookItsPlace) {
    write({Put{a, false, 0, {}}, Put{b, false, 0, {}}});
    const auto entries = oldest();
    write({Put{renewed(a), false, 0, {}}});
    ASSERT_TRUE(reader->settle(entries, {}, soon()));
    EXPECT_THAT(addresses(oldest()), ElementsAre(a.address));
    EXPECT_EQ(sides.fill->entries, 1U);
    ASSERT_TRUE(reader->settle(oldest(), {}, soon()));
    EXPECT_THAT(oldest(), IsEmpty());
    EXPECT_EQ(sides.fill->entries, 0U);
    EXPECT_EQ(sides.fill->oldest, 0);
}

TEST_F(OutageJournalTest, ComesInPagesOldestFirst) {
    for (std::uint32_t i = 10; i > 0; --i) write({Put{lease_of(LeaseKind::v4, i, 1), false, 0, {}}});
    const auto page = oldest(3);
    EXPECT_THAT(addresses(page),
                ElementsAre(lease_of(LeaseKind::v4, 10, 1).address, lease_of(LeaseKind::v4, 9, 1).address,
                            lease_of(LeaseKind::v4, 8, 1).address));
    ASSERT_TRUE(reader->settle(page, {}, soon()));
    EXPECT_EQ(addresses(oldest(1)).front(), lease_of(LeaseKind::v4, 7, 1).address);
}

TEST_F(OutageJournalTest, ConflictsAreOnRecordWithBothSides) {
    write({Put{a, false, 0, {}}});
    const auto entries = oldest();
    const JournalConflict conflict{entries[0], lease_of(LeaseKind::v4, 1, 9), "somebody else has it"};
    ASSERT_TRUE(reader->settle(entries, std::span{&conflict, 1}, soon()));
    EXPECT_EQ(sides.fill->conflicts, 1U);
    reader->close();
    sides.writer->close();
    EXPECT_EQ(
        SqliteShell{file}.ask("SELECT group_concat(side || ':' || hex(hwaddr), ' ') FROM lease_conflict"),
        "ours:020000000001 theirs:020000000009");
    open();
    EXPECT_EQ(sides.fill->conflicts, 1U);
}

TEST_F(OutageJournalTest, AnswersWhatACommitInDoubtHasLeft) {
    write({Put{a, false, 0, {}}, Erase{b.address, b.version}});
    const std::vector keys{a.address, b.address, c.address};
    EXPECT_THAT(*sides.writer->find(keys, soon()), ElementsAre(a, std::nullopt, std::nullopt));
}

TEST_F(OutageJournalTest, ASecondProcessIsRefused) {
    BackendConfig config;
    config.outage_journal = file;
    const auto opened = make_outage_journal(config).writer->open(soon());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, StoreErrc::busy);
}

TEST_F(OutageJournalTest, AnotherProgramsFileIsRefusedAndLeftAlone) {
    BackendConfig config;
    config.outage_journal = folder / "other.db";
    SqliteShell{config.outage_journal}.run("CREATE TABLE t (x)");
    std::filesystem::permissions(config.outage_journal, std::filesystem::perms{0600});
    const auto opened = make_outage_journal(config).writer->open(soon());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, StoreErrc::schema);
    EXPECT_THAT(opened.error().detail, HasSubstr("no outage journal"));
}

TEST_F(OutageJournalTest, ANewerFormatIsNotTouched) {
    reader->close();
    sides.writer->close();
    SqliteShell{file}.run("PRAGMA user_version = 99");
    const auto opened = sides.writer->open(soon());
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().detail, HasSubstr("newer version"));
}

/// The file as a power cut may leave it: the log cut off at any length. Whole transactions are there, or
/// none.
TEST_F(OutageJournalTest, ALogThatIsCutOffLosesNoWholeTransactionBeforeTheCut) {
    for (std::uint32_t i = 0; i < 4; ++i)
        write({Put{lease_of(LeaseKind::v4, 2 * i, 1), false, 0, {}},
               Put{lease_of(LeaseKind::v4, 2 * i + 1, 1), false, 0, {}}});
    const std::string whole = read_text(file + "-wal"), table = read_text(file);
    ASSERT_GT(whole.size(), 4096U);
    std::size_t most = 0;
    for (std::size_t step = 0, cut = 0; cut < whole.size(); step += 509) {
        cut = std::min(step, whole.size());
        const std::string copy = folder / "copy.db";
        for (const char* const suffix : {"", "-wal", "-shm"}) std::filesystem::remove(copy + suffix);
        write_text(copy, table);
        write_text(copy + "-wal", whole.substr(0, cut));
        std::filesystem::permissions(copy, std::filesystem::perms{0600});
        BackendConfig config;
        config.outage_journal = copy;
        auto sides_of_copy = make_outage_journal(config);
        const auto opened = sides_of_copy.writer->open(soon());
        ASSERT_TRUE(opened) << cut << ": " << opened.error().detail;
        const auto entries = sides_of_copy.reader()->oldest(100, soon());
        ASSERT_TRUE(entries) << cut << ": " << entries.error().detail;
        EXPECT_EQ(entries->size() % 2, 0U) << "half a transaction after a cut at " << cut;
        EXPECT_GE(entries->size(), most) << cut;
        most = std::max(most, entries->size());
    }
    EXPECT_EQ(most, 8U);
}

}  // namespace
}  // namespace leasehold::outage_journal_test
