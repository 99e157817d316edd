// Secrets of a configuration: not in what is shown, whole in what is written, and kept when what was shown
// comes back.
#include "config/hidden_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/schema.hpp"
#include "tests/config/configuration.hpp"

namespace leasehold::config::hidden_texts_test {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

LoadOptions options() {
    LoadOptions options;
    options.allow_unsupported = true;
    options.environment = [](const std::string&) { return "value-of-the-environment"; };
    return options;
}

std::shared_ptr<const ShownConfiguration> shown(const Loaded& loaded) {
    return std::make_shared<const ShownConfiguration>(ShownConfiguration{loaded.full, loaded.hidden});
}

/// Everything that the server may say about a configuration.
std::string everything_said(const Loaded& loaded) {
    return compact(*loaded.full) + pretty(*loaded.full) + format(loaded.warnings) +
           describe(loaded.server->lease_database);
}

struct Place {
    const char* name;
    const char* members;  // of Dhcp4, with a secret "swordfish"
    const char* pointer;  // of what is hidden, below /Dhcp4
    const char* shown;
};
void PrintTo(const Place& c, std::ostream* out) {
    *out << c.name;
}
class SecretPlace : public testing::TestWithParam<Place> {
protected:
    LoadResult loaded = load_global(GetParam().members, options());
};

TEST_P(SecretPlace, IsNeverSaid) {
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_THAT(everything_said(*loaded), Not(HasSubstr("swordfish")));
    EXPECT_EQ(loaded->full->at(Json::json_pointer{"/Dhcp4" + std::string{GetParam().pointer}}),
              GetParam().shown);
}

TEST_P(SecretPlace, IsWrittenAsItWasRead) {
    ASSERT_TRUE(loaded) << format(loaded.error());
    const std::string text = pretty(written_form(*loaded->full, loaded->hidden));
    EXPECT_THAT(text, Not(HasSubstr("*****")));
    EXPECT_THAT(text, HasSubstr("swordfish"));
    EXPECT_THAT(text, Not(HasSubstr("of-the-environment")));
    const auto again = load_text(text, options());
    ASSERT_TRUE(again) << format(again.error());
    EXPECT_EQ(again->server->lease_database, loaded->server->lease_database);
    EXPECT_EQ(again->hash, loaded->hash);
}

TEST_P(SecretPlace, IsKeptWhenWhatWasShownComesBack) {
    ASSERT_TRUE(loaded) << format(loaded.error());
    LoadOptions with_present = options();
    with_present.present = shown(*loaded);
    const auto again = load_text(compact(*loaded->full), with_present);
    ASSERT_TRUE(again) << format(again.error());
    EXPECT_EQ(again->server->lease_database, loaded->server->lease_database);
    EXPECT_EQ(written_form(*again->full, again->hidden), written_form(*loaded->full, loaded->hidden));
    EXPECT_THAT(everything_said(*again), Not(HasSubstr("swordfish")));
}

TEST_P(SecretPlace, IsNotGuessedWhereNothingIsPresent) {
    ASSERT_TRUE(loaded) << format(loaded.error());
    const auto again = load_text(compact(*loaded->full), options());
    ASSERT_FALSE(again);
    EXPECT_THAT(format(again.error()), HasSubstr("/Dhcp4" + std::string{GetParam().pointer}));
    EXPECT_THAT(format(again.error()), HasSubstr("nothing that it could stand for"));
}

const Place places[] = {
    {"password", R"("lease-database": {"type": "mysql", "name": "d", "password": "swordfish"})",
     "/lease-database/password", "*****"},
    {"placeholder", R"("lease-database": {"type": "mysql", "name": "d", "password": "${swordfish}"})",
     "/lease-database/password", "*****"},
    {"host", R"("lease-database": {"type": "mysql", "name": "d", "host": "db-${H:-swordfish},db2"})",
     "/lease-database/host", "db-*****,db2"},
    {"url", R"("lease-database": {"url": "postgres://app:swordfish@db/d?sslmode=require"})",
     "/lease-database/url", "postgres://app:*****@db/d?sslmode=require"},
    {"url_placeholders", R"("lease-database": {"url": "postgres://app:${swordfish}@db/d"})",
     "/lease-database/url", "postgres://app:*****@db/d"},
    {"ignored_password", R"("lease-database": {"type": "memfile", "password": "swordfish"})",
     "/lease-database/password", "*****"},
    {"hosts_database",
     R"("hosts-databases": [{"type": "mysql"}, {"type": "mysql", "password": "swordfish"}])",
     "/hosts-databases/1/password", "*****"},
    {"old_hosts_database", R"("hosts-database": {"type": "mysql", "password": "swordfish"})",
     "/hosts-databases/0/password", "*****"},
    {"config_database",
     R"("config-control": {"config-databases": [{"type": "mysql", "password": "swordfish"}]})",
     "/config-control/config-databases/0/password", "*****"},
    {"library",
     R"("hooks-libraries": [{"library": "libdhcp_perfmon.so", "parameters": {"a": [{"password": "swordfish"}]}}])",
     "/hooks-libraries/0/parameters/a/0/password", "*****"},
};
INSTANTIATE_TEST_SUITE_P(HiddenTexts, SecretPlace, testing::ValuesIn(places),
                         [](const auto& c) { return std::string{c.param.name}; });

constexpr const char* present_members =
    R"("lease-database": {"type": "mysql", "name": "d", "host": "db1,${H}", "user": "app",
       "password": "swordfish"})";

struct Change {
    const char* name;
    const char* members;
    bool keeps;
};
void PrintTo(const Change& c, std::ostream* out) {
    *out << c.name;
}
class HiddenMark : public testing::TestWithParam<Change> {};

TEST_P(HiddenMark, StandsForThePresentPasswordOfTheSameReceiver) {
    const auto present = load_global(present_members, options());
    ASSERT_TRUE(present) << format(present.error());
    LoadOptions with_present = options();
    with_present.present = shown(*present);
    const auto loaded = load_global(GetParam().members, with_present);
    if (GetParam().keeps) {
        ASSERT_TRUE(loaded) << format(loaded.error());
        EXPECT_EQ(loaded->server->lease_database.server.password.reveal(), "swordfish");
        return;
    }
    ASSERT_FALSE(loaded);
    const std::string text = format(loaded.error());
    EXPECT_THAT(text, HasSubstr("f:1:"));
    EXPECT_THAT(text, HasSubstr("config-get does not show"));
    EXPECT_THAT(text, Not(HasSubstr("swordfish")));
}

#define DATABASE(rest) "\"lease-database\": {\"password\": \"*****\", " rest "}"
const Change changes[] = {
    {"as_shown", DATABASE(R"("type": "mysql", "name": "d", "host": "db1,*****", "user": "app")"), true},
    {"as_written", DATABASE(R"("type": "mysql", "name": "d", "host": "db1,${H}", "user": "app")"), true},
    {"another_database", DATABASE(R"("type": "mysql", "name": "e", "host": "db1,${H}", "user": "app")"),
     true},
    {"another_timeout",
     DATABASE(R"("type": "mysql", "name": "d", "host": "db1,${H}", "user": "app", "connect-timeout": 9)"),
     true},
    {"another_host", DATABASE(R"("type": "mysql", "name": "d", "host": "evil", "user": "app")"), false},
    {"another_variable", DATABASE(R"("type": "mysql", "name": "d", "host": "db1,${E}", "user": "app")"),
     false},
    {"no_host", DATABASE(R"("type": "mysql", "name": "d", "user": "app")"), false},
    {"a_port", DATABASE(R"("type": "mysql", "name": "d", "host": "db1,*****", "port": 1, "user": "app")"),
     false},
    {"another_user", DATABASE(R"("type": "mysql", "name": "d", "host": "db1,*****", "user": "root")"), false},
    {"another_type", DATABASE(R"("type": "postgresql", "name": "d", "host": "db1,*****", "user": "app")"),
     false},
    {"part_of_a_text", R"("lease-database": {"type": "mysql", "name": "d", "host": "db2,*****"})", false},
    {"another_key", R"("lease-database": {"type": "mysql", "name": "*****"})", false},
    {"a_url", R"("lease-database": {"url": "mysql://app:*****@db1/d"})", false},
};
#undef DATABASE
INSTANTIATE_TEST_SUITE_P(HiddenTexts, HiddenMark, testing::ValuesIn(changes),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(HiddenTexts, AUrlKeepsItsPasswordOnlyWhole) {
    const auto present =
        load_global(R"("lease-database": {"url": "mysql://app:swordfish@db1/d?readonly=true"})", options());
    ASSERT_TRUE(present) << format(present.error());
    LoadOptions with_present = options();
    with_present.present = shown(*present);
    EXPECT_TRUE(
        load_global(R"("lease-database": {"url": "mysql://app:*****@db1/d?readonly=true"})", with_present));
    EXPECT_FALSE(
        load_global(R"("lease-database": {"url": "mysql://app:*****@db2/d?readonly=true"})", with_present));
}

/// A slip of the pen beside a password does not bring it into an error.
TEST(HiddenTexts, ErrorsOfTheTextShowNoPassword) {
    for (const char* const text : {
             R"({"Dhcp4": {"lease-database": {"password" "swordfish"}}})",
             R"({"Dhcp4": {"lease-database": {"password": swordfish}}})",
             R"({"Dhcp4": {"lease-database": {"password": "x" "swordfish"}}})",
             R"({"Dhcp4": {"lease-database": {"user": "a", "swordfish"}}})",
             R"({"Dhcp4": {"lease-database": {"password": ["swordfish"]}}})",
             R"({"Dhcp4": {"lease-database": {"password": "swordfish}}})",
             R"({"Dhcp4": {"lease-database": {"type": "mysql", "password": "swordfish\u0000"}}})",
         }) {
        const auto loaded = load_text(text, options());
        ASSERT_FALSE(loaded) << text;
        EXPECT_THAT(format(loaded.error()), Not(HasSubstr("swordfish")));
    }
}

/// Whoever adds a key that holds a secret has it hidden, too.
TEST(HiddenTexts, EverySecretKeyOfADatabaseIsHidden) {
    std::size_t secrets = 0;
    for (const Key* key : keys_of(any_family, Scope::lease_database)) {
        if ((key->flags & secret) == 0) continue;
        ++secrets;
        Json full = {{"Dhcp4", {{"lease-database", {{std::string{key->name}, "swordfish"}}}}}};
        Problems problems;
        EXPECT_EQ(hide_texts(full, Value{}, nullptr, problems).size(), 1u);
        EXPECT_THAT(full.dump(), Not(HasSubstr("swordfish")));
    }
    EXPECT_GE(secrets, 1u);
}

}  // namespace
}  // namespace leasehold::config::hidden_texts_test
