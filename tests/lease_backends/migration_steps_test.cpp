// The form of schema/mariadb, and that the files are in it.
#include "lease_backends/migration_steps.hpp"

#include <gmock/gmock.h>

#include "lease_backends/migrations.hpp"

namespace leasehold::migration_steps_test {
namespace {

using testing::HasSubstr;

TEST(MigrationSteps, AreReadFromTheirComments) {
    const std::string text =
        "-- What this file is for.\n\n"
        "-- step: make the table\n"
        "-- done when: SELECT count(*) FROM t\n"
        "--     WHERE name = 'a;b'\n"
        "-- why it is so\n"
        "CREATE TABLE a (\n"
        "    b INT, -- a column; with words\n"
        "    c VARCHAR(3) DEFAULT ';'\n"
        ");\n"
        "-- between\n"
        "-- step: a view\r\n"
        "-- done when: SELECT 1\r\n"
        "CREATE VIEW v AS SELECT 1;   \r\n";
    const auto steps = read_steps(text);
    ASSERT_TRUE(steps) << steps.error();
    ASSERT_EQ(steps->size(), 2U);
    EXPECT_EQ((*steps)[0].words, "make the table");
    EXPECT_EQ((*steps)[0].done_when, "SELECT count(*) FROM t WHERE name = 'a;b'");
    EXPECT_EQ((*steps)[0].statement,
              "CREATE TABLE a (\nb INT, -- a column; with words\nc VARCHAR(3) DEFAULT ';'\n)");
    EXPECT_EQ((*steps)[1].words, "a view");
    EXPECT_EQ((*steps)[1].done_when, "SELECT 1");
    EXPECT_EQ((*steps)[1].statement, "CREATE VIEW v AS SELECT 1");
}

TEST(MigrationSteps, InAnotherFormAreRefusedWithTheirLine) {
    struct Case {
        std::string text, problem;
    };
    const std::string step = "-- step: a\n", probe = "-- done when: SELECT 1\n";
    for (const Case& one :
         {Case{"", "no steps"}, Case{"-- words only\n", "no steps"},
          Case{"SELECT 1;\n", "line 1: a statement outside"},
          Case{step + "CREATE TABLE a (b INT);\n", "line 2: a statement before"},
          Case{step + probe + "CREATE TABLE a (b INT)\n", "no end"}, Case{step + probe, "no end"},
          Case{step + probe + "DO 1\n" + step, "line 4: a step begins before"},
          Case{step + probe + "DO 1;\nDO 2;\n", "line 4: a statement outside"}}) {
        const auto steps = read_steps(one.text);
        ASSERT_FALSE(steps) << one.text;
        EXPECT_THAT(steps.error(), HasSubstr(one.problem)) << one.text;
    }
}

TEST(MigrationSteps, OfMariadbAreInThisForm) {
    for (const Migration& migration : migrations_of(SqlDialect::mariadb)) {
        const auto steps = read_steps(migration.sql);
        EXPECT_TRUE(steps) << migration.name << ": " << steps.error();
    }
}

}  // namespace
}  // namespace leasehold::migration_steps_test
