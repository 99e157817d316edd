// `leasehold migrate` and `leasehold db` on a SQLite file: exit statuses and words. On servers:
// tests/live/database_messages_test.py.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/command_line.hpp"
#include "control/schema_tools.hpp"
#include "lease_backends/migrations.hpp"
#include "lease_backends/open.hpp"
#include "tests/support/sqlite_shell.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::schema_tools_test {
namespace {

using namespace testing_support;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct SchemaTools : testing::Test {
    SchemaTools() { write_configuration(17); }

    TemporaryDirectory folder;
    const std::string file = folder / "leases.db", configuration = folder / "kea.conf";
    std::ostringstream out, err;

    void write_configuration(int server_id) {
        write_text(configuration, R"({"Dhcp4": {"server-id": )" + std::to_string(server_id) +
                                      R"(, "lease-database": {"type": "sqlite", "name": ")" + file +
                                      R"("}}})");
    }
    /// As typed behind "leasehold", with the configuration. @return the exit status
    int run(std::vector<std::string> words) {
        out.str("");
        err.str("");
        words.insert(words.begin(), "leasehold");
        words.insert(words.end(), {"-c", configuration});
        const auto line = read_command_line(words);
        const auto* const tool = std::get_if<SchemaArguments>(&line);
        EXPECT_NE(tool, nullptr) << "read as alternative " << line.index();
        return tool == nullptr ? -1 : run_schema_tool(*tool, out, err);
    }
    std::unique_ptr<LeaseStore> serve(std::uint64_t server_id = 17) {
        BackendConfig config;
        config.path = file;
        config.server_id = server_id;
        auto store = make_lease_store(config);
        const auto opened = store->open(std::chrono::steady_clock::now() + std::chrono::seconds{60});
        EXPECT_TRUE(opened) << opened.error().detail;
        return store;
    }
    void sql(const std::string& text) { SqliteShell{file}.run(text); }
    void make_first_version() {
        serve();
        sql("DROP TABLE server_registry; DELETE FROM schema_migrations WHERE version > 1; "
            "UPDATE schema_info SET version = 1");
    }
};

TEST_F(SchemaTools, SayWhatASchemaIs) {
    EXPECT_EQ(run({"migrate", "status"}), 3);
    EXPECT_THAT(out.str(), HasSubstr("does not exist yet: the server makes it"));
    EXPECT_FALSE(std::filesystem::exists(file));
    make_first_version();
    EXPECT_EQ(run({"migrate", "status"}), 3);
    EXPECT_THAT(out.str(), AllOf(HasSubstr("has version 1"), HasSubstr("0001_lease  applied 20"),
                                 HasSubstr("0002_registry  pending")));
    serve();
    EXPECT_EQ(run({"migrate", "status"}), 0);
    EXPECT_THAT(out.str(), Not(HasSubstr("pending")));
    sql("UPDATE schema_info SET version = 9");
    EXPECT_EQ(run({"migrate", "status"}), 0) << "a newer schema that we may use";
    sql("UPDATE schema_info SET min_reader = 9");
    EXPECT_EQ(run({"migrate", "status"}), 76);
    sql("UPDATE schema_info SET version = 2, min_reader = 1; UPDATE schema_migrations SET state = 'applying' "
        "WHERE version = 2");
    EXPECT_EQ(run({"migrate", "status"}), 4);
    EXPECT_THAT(out.str(), HasSubstr("not finished"));
    sql("UPDATE schema_migrations SET state = 'applied', checksum = 'abc'");
    EXPECT_EQ(run({"migrate", "status"}), 4);
    sql("PRAGMA application_id = 7");
    EXPECT_EQ(run({"migrate", "status"}), 5);
    EXPECT_THAT(err.str(), IsEmpty());
}

TEST_F(SchemaTools, SayItAsJson) {
    make_first_version();
    EXPECT_EQ(run({"migrate", "status", "--json"}), 3);
    const auto status = nlohmann::json::parse(out.str());
    EXPECT_EQ(status.at("state"), "behind");
    EXPECT_EQ(status.at("version"), 1);
    EXPECT_EQ(status.at("program-version"), 2);
    EXPECT_EQ(status.at("usable"), false);
    ASSERT_EQ(status.at("migrations").size(), 2U);
    EXPECT_EQ(status.at("migrations").at(0).at("state"), "applied");
    EXPECT_EQ(status.at("migrations").at(1).at("state"), "pending");
    EXPECT_EQ(status.at("migrations").at(1).at("checksum"), checksum(migrations_of(SqlDialect::sqlite)[1]));
}

TEST_F(SchemaTools, ApplyWhatIsPending) {
    EXPECT_EQ(run({"migrate", "run"}), 0);
    EXPECT_FALSE(std::filesystem::exists(file)) << "the server makes it, and imports Kea's leases then";
    make_first_version();
    EXPECT_EQ(run({"migrate", "run", "--dry-run"}), 0);
    EXPECT_THAT(out.str(), HasSubstr("0002_registry would be applied"));
    EXPECT_EQ(run({"migrate", "run", "--to", "1"}), 0);
    EXPECT_THAT(out.str(), HasSubstr("nothing to do, its schema has version 1"));
    EXPECT_EQ(run({"migrate", "run"}), 0);
    EXPECT_THAT(out.str(), AllOf(HasSubstr("0002_registry, step"), HasSubstr("upgraded from version 1 to 2"),
                                 HasSubstr(".schema-1.backup")));
    EXPECT_EQ(run({"migrate", "run"}), 0);
    EXPECT_THAT(out.str(), HasSubstr("nothing to do"));
    EXPECT_EQ(run({"migrate", "status"}), 0);
}

TEST_F(SchemaTools, AreRefusedWhileAServerHasTheFile) {
    const auto server = serve();
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"migrate", "status"}, {"migrate", "run"}, {"db", "status"}, {"db", "takeover"}}) {
        EXPECT_EQ(run(words), 69);
        EXPECT_THAT(err.str(), HasSubstr("in use by process"));
    }
}

TEST_F(SchemaTools, RefuseWhatIsNotOurs) {
    serve();
    sql("UPDATE schema_migrations SET checksum = 'abc' WHERE version = 1");
    EXPECT_EQ(run({"migrate", "run"}), 76);
    EXPECT_THAT(err.str(), HasSubstr("another text"));
    EXPECT_EQ(run({"db", "takeover"}), 76);
    EXPECT_EQ(run({"migrate", "repair", "--accept-checksum", "2"}), 76);
    EXPECT_EQ(run({"migrate", "repair", "--accept-checksum", "1"}), 0);
    EXPECT_EQ(run({"migrate", "status"}), 0);
    write_text(configuration, "{ }");
    EXPECT_EQ(run({"migrate", "status"}), 78);
}

TEST_F(SchemaTools, SayWhoIsRegistered) {
    serve();
    EXPECT_EQ(run({"db", "status"}), 0);
    EXPECT_THAT(out.str(), AllOf(HasSubstr("belong to server 17 on host"), HasSubstr("ended in order"),
                                 HasSubstr("epoch 1"), HasSubstr("of this configuration")));
    sql("UPDATE server_registry SET released = 0");
    EXPECT_EQ(run({"db", "status"}), 0);
    EXPECT_THAT(out.str(), HasSubstr("leasehold db takeover"));
    sql("DELETE FROM server_registry");
    EXPECT_EQ(run({"db", "status"}), 0);
    EXPECT_THAT(out.str(), HasSubstr("no server is registered"));
}

TEST_F(SchemaTools, TakeTheLeasesOver) {
    serve(5);
    sql("UPDATE server_registry SET released = 0");
    EXPECT_EQ(run({"db", "takeover"}), 0);
    EXPECT_THAT(out.str(), AllOf(HasSubstr("belong to server 17"), HasSubstr("before: server 5 on host"),
                                 HasSubstr("Stop that server"), HasSubstr("fenced")));
    EXPECT_EQ(SqliteShell{file}.ask("SELECT server_id, epoch, released FROM server_registry"), "17|2|0");
    EXPECT_EQ(run({"db", "takeover"}), 0);
    EXPECT_THAT(out.str(), HasSubstr("its own already"));
}

TEST(SchemaCommandLineTest, WrongWordsAreUsageErrors) {
    for (const auto& words : std::vector<std::vector<std::string>>{{"migrate"},
                                                                   {"migrate", "run"},
                                                                   {"migrate", "run", "-c", "x", "--to", "0"},
                                                                   {"migrate", "repair", "-c", "x"},
                                                                   {"migrate", "status", "-c"},
                                                                   {"migrate", "status", "run", "-c", "x"},
                                                                   {"db"},
                                                                   {"db", "takeover"},
                                                                   {"db", "status", "-c", "x", "--json"}}) {
        auto typed = words;
        typed.insert(typed.begin(), "leasehold");
        const auto line = read_command_line(typed);
        const auto* const printed = std::get_if<PrintAndExit>(&line);
        ASSERT_NE(printed, nullptr) << testing::PrintToString(words);
        EXPECT_EQ(printed->exit_status, 64);
    }
}

}  // namespace
}  // namespace leasehold::schema_tools_test
