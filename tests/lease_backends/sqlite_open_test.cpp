// What SqliteStore refuses to open and what it says then: file rules, locks, other programs' databases,
// newer and damaged schemas.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "lease_backends/sqlite_store.hpp"
#include "tests/support/leases.hpp"
#include "tests/support/sqlite_shell.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::sqlite_open_test {
namespace {

using namespace testing_support;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

Deadline soon() {
    return std::chrono::steady_clock::now() + std::chrono::seconds{60};
}

unsigned mode_of(const std::string& file) {
    struct stat its {};
    EXPECT_EQ(::stat(file.c_str(), &its), 0) << file;
    return its.st_mode & 07777U;
}

struct SqliteOpen : testing::Test {
    SqliteOpen() { config.path = file; }

    TemporaryDirectory folder;
    const std::string file = folder / "leases.db";
    BackendConfig config;

    StoreResult<Opened> open() {
        SqliteStore store{config};
        return store.open(soon());
    }
    void expect_refused(StoreErrc code, const std::string& part) {
        const auto opened = open();
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, code) << opened.error().detail;
        EXPECT_THAT(opened.error().detail, HasSubstr(part));
    }
    void make() {
        const auto opened = open();
        ASSERT_TRUE(opened) << opened.error().detail;
    }
};

TEST_F(SqliteOpen, CreatesFoldersAndFilesForTheirOwnerOnly) {
    config.path = folder / "a/b/leases.db";
    const mode_t outer = ::umask(0);
    SqliteStore store{config};
    const auto opened = store.open(soon());
    ::umask(outer);
    ASSERT_TRUE(opened) << opened.error().detail;
    EXPECT_EQ(mode_of(folder / "a"), 0750U);
    EXPECT_EQ(mode_of(folder / "a/b"), 0750U);
    for (const char* suffix : {"", "-wal", "-shm", ".lock"})
        EXPECT_EQ(mode_of(config.path + suffix), 0600U) << suffix;
    EXPECT_THAT(opened->notices, Contains(HasSubstr("was created")));
    EXPECT_EQ(opened->schema_version, 2U);
}

TEST_F(SqliteOpen, RefusesASymbolicLink) {
    write_text(folder / "elsewhere.db", "");
    ASSERT_EQ(::symlink((folder / "elsewhere.db").c_str(), file.c_str()), 0);
    expect_refused(StoreErrc::permissions, "symbolic link");
}

TEST_F(SqliteOpen, RefusesAFileThatOthersMayUseUnlessToldToFixIt) {
    make();
    ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
    expect_refused(StoreErrc::permissions, "mode 0640");
    config.fix_permissions = true;
    const auto opened = open();
    ASSERT_TRUE(opened);
    EXPECT_THAT(opened->notices, Contains(HasSubstr("changed to 0600")));
    EXPECT_EQ(mode_of(file), 0600U);
}

TEST_F(SqliteOpen, RefusesAnotherUsersFile) {
    make();
    ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0) << "needs root";
    expect_refused(StoreErrc::permissions, "belongs to user 12345");
}

TEST_F(SqliteOpen, RefusesAFolderThatEverybodyMayWriteWithoutTheStickyBit) {
    ASSERT_EQ(::chmod(folder.path().c_str(), 0777), 0);
    expect_refused(StoreErrc::permissions, "chmod o-w");
    ASSERT_EQ(::chmod(folder.path().c_str(), 01777), 0);
    make();
}

TEST_F(SqliteOpen, RefusesWhatIsNoFile) {
    std::filesystem::create_directory(file);
    expect_refused(StoreErrc::permissions, "not a regular file");
}

TEST_F(SqliteOpen, OneProcessHasTheFileToItself) {
    SqliteStore first{config};
    ASSERT_TRUE(first.open(soon()));
    expect_refused(StoreErrc::busy, "in use by process " + std::to_string(::getpid()));
    first.close();
    make();
}

TEST_F(SqliteOpen, KnowsNetworkFileSystemsByTheirMagic) {
    using enum FilesystemKind;
    for (const std::uint32_t magic : {0x6969U, 0x517bU, 0xff534d42U, 0xfe534d42U, 0x01021997U, 0x00c36400U})
        EXPECT_EQ(filesystem_kind(magic), network) << std::hex << magic;
    for (const std::uint32_t magic : {0x65735546U, 0x794c7630U}) EXPECT_EQ(filesystem_kind(magic), doubtful);
    for (const std::uint32_t magic :
         {0xef53U, 0x58465342U, 0x01021994U, 0x9123683eU})  // ext4, XFS, tmpfs, Btrfs
        EXPECT_EQ(filesystem_kind(magic), local) << std::hex << magic;
}

TEST_F(SqliteOpen, ReadOnlyMakesNothingAndChangesNothing) {
    config.readonly = true;
    expect_refused(StoreErrc::no_database, "does not exist");
    config.readonly = false;
    make();
    config.readonly = true;
    SqliteStore store{config};
    const auto opened = store.open(soon());
    ASSERT_TRUE(opened) << opened.error().detail;
    EXPECT_TRUE(opened->read_only);
    ChangeList list{Put{lease_of(LeaseKind::v4, 1, 1)}};
    EXPECT_FALSE(store.commit(std::span{&list, 1}, soon()));
}

TEST_F(SqliteOpen, TellsSomethingElseFromADatabase) {
    write_text(file, std::string(8192, 'z'));
    ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
    expect_refused(StoreErrc::corrupt, "something else, or damaged");
}

TEST_F(SqliteOpen, TellsADamagedDatabase) {
    {
        SqliteStore store{config};
        ASSERT_TRUE(store.open(soon()));
        ChangeList list;
        for (std::uint32_t i = 0; i < 2000; ++i) list.push_back(Put{lease_of(LeaseKind::v4, i, 1)});
        ASSERT_TRUE(store.commit(std::span{&list, 1}, soon()));
    }
    std::string bytes = read_text(file);
    for (std::size_t page = 8; page < bytes.size() / 4096; ++page)
        bytes.replace(page * 4096, 4096, std::string(4096, '\x55'));
    write_text(file, bytes);
    SqliteStore store{config};
    StoreErrc code = StoreErrc::unavailable;
    if (const auto opened = store.open(soon()); !opened) {
        code = opened.error().code;
    } else {
        const auto lease = lease_of(LeaseKind::v4, 1999, 1);
        const auto found = store.find({&lease.address, 1}, soon());
        ASSERT_FALSE(found);
        code = found.error().code;
        EXPECT_THAT(found.error().detail, AllOf(HasSubstr(file), HasSubstr(".recover")));
    }
    EXPECT_EQ(code, StoreErrc::corrupt);
}

TEST_F(SqliteOpen, TellsKeasDatabaseAndOtherPrograms) {
    SqliteShell{file}.run("CREATE TABLE lease4 (address INT)");
    ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
    expect_refused(StoreErrc::schema, "database of Kea");
    SqliteShell{file}.run("ALTER TABLE lease4 RENAME TO bookmarks");
    expect_refused(StoreErrc::schema, "belongs to another program");
}

TEST_F(SqliteOpen, RefusesASchemaThatNeedsANewerProgram) {
    make();
    SqliteShell{file}.run("UPDATE schema_info SET version = 9, min_reader = 8");
    expect_refused(StoreErrc::schema, "made by a newer program");
    SqliteShell{file}.run("UPDATE schema_info SET min_reader = 1");
    make();  // it says that we may
}

TEST_F(SqliteOpen, RefusesASchemaMadeFromAnotherText) {
    make();
    SqliteShell{file}.run("UPDATE schema_migrations SET checksum = 'abc'");
    expect_refused(StoreErrc::schema, "another text");
    SqliteShell{file}.run("DELETE FROM schema_migrations");
    expect_refused(StoreErrc::schema, "not recorded");
    SqliteShell{file}.run("PRAGMA application_id = 5");
    expect_refused(StoreErrc::schema, "application_id 5");
}

}  // namespace
}  // namespace leasehold::sqlite_open_test
