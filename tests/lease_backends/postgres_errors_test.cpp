// What PostgreSQL's, PgBouncer's and libpq's words and codes mean. The texts are those that libpq 15 gave.
#include "lease_backends/postgres_errors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leasehold::postgres_errors_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(PostgresErrors, EachCodeHasItsMeaning) {
    struct Case {
        PostgresCall call;
        const char* code;
        SqlFault fault;
    };
    using enum PostgresCall;
    for (const auto& [call, code, fault] : {
             Case{leases, "08006", SqlFault::lost},
             Case{leases, "08P01", SqlFault::lost},
             Case{leases, "57P01", SqlFault::lost},
             Case{leases, "57P02", SqlFault::lost},
             Case{connect, "57P03", SqlFault::lost},
             Case{leases, "57014", SqlFault::lost},
             Case{leases, "26000", SqlFault::lost},
             Case{leases, "42P05", SqlFault::lost},
             Case{leases, "25P03", SqlFault::lost},
             Case{leases, "40001", SqlFault::conflict},
             Case{leases, "40P01", SqlFault::conflict},
             Case{leases, "40003", SqlFault::lost},
             Case{statements, "55P03", SqlFault::conflict},
             Case{leases, "22021", SqlFault::data},
             Case{leases, "23514", SqlFault::data},
             Case{leases, "23505", SqlFault::data},
             Case{statements, "23505", SqlFault::exists},
             Case{statements, "42P07", SqlFault::exists},
             Case{statements, "42701", SqlFault::exists},
             Case{statements, "42P01", SqlFault::missing},
             Case{leases, "42703", SqlFault::missing},
             Case{leases, "25006", SqlFault::read_only},
             Case{connect, "28P01", SqlFault::credentials},
             Case{connect, "28000", SqlFault::credentials},
             Case{connect, "3D000", SqlFault::no_database},
             Case{connect, "55000", SqlFault::no_database},
             Case{leases, "55000", SqlFault::statement},
             Case{leases, "42501", SqlFault::permission},
             Case{connect, "53300", SqlFault::full},
             Case{leases, "53100", SqlFault::full},
             Case{leases, "58030", SqlFault::full},
             Case{leases, "21000", SqlFault::statement},
             Case{leases, "42601", SqlFault::statement},
             Case{leases, "XX000", SqlFault::statement},
             Case{leases, "", SqlFault::lost},
         })
        EXPECT_EQ(postgres_fault(call, code, ""), fault) << code;
}

TEST(PostgresErrors, WhereThereIsNoCodeOfItsOwnWordsDecide) {
    struct Case {
        const char* code;
        const char* words;
        SqlFault fault;
    };
    for (const auto& [code, words, fault] : {
             Case{"", "connection refused", SqlFault::lost},
             Case{"", "server does not support SSL, but SSL was required", SqlFault::configuration},
             Case{"", "SSL error: certificate verify failed", SqlFault::configuration},
             Case{"", "SSL error: unexpected eof while reading", SqlFault::lost},
             Case{"", "root certificate file \"/x\" does not exist", SqlFault::configuration},
             Case{"", "fe_sendauth: no password supplied", SqlFault::credentials},
             Case{"08P01", "no such database: x", SqlFault::no_database},
             Case{"08P01", "database \"x\" does not exist", SqlFault::no_database},
             Case{"08P01", "unsupported startup parameter: geqo", SqlFault::configuration},
             Case{"08P01", "no more connections allowed (max_client_conn)", SqlFault::full},
             Case{"08P01", "server conn crashed?", SqlFault::lost},
         })
        EXPECT_EQ(postgres_fault(PostgresCall::connect, code, words), fault) << words;
    EXPECT_EQ(postgres_fault(PostgresCall::leases, "08P01", "no such database: x"), SqlFault::lost)
        << "words decide only about a connect";
}

TEST(PostgresErrors, AFailedConnectIsTakenApart) {
    const auto failure = read_connect_failure(
        "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: password authentication "
        "failed "
        "for user \"x\"\nLOCATION:  auth_failed, auth.c:335\n");
    EXPECT_EQ(failure.sqlstate, "28P01");
    EXPECT_EQ(
        failure.words,
        "connection to server at \"127.0.0.1\", port 5432 failed: password authentication failed for user "
        "\"x\"");
    const auto german =
        read_connect_failure("... fehlgeschlagen: FATAL:  3D000: Datenbank »x« existiert nicht\n");
    EXPECT_EQ(german.sqlstate, "3D000");
    const auto several = read_connect_failure(
        "connection 1 failed: Connection refused\n\tIs the server running?\nconnection 2 failed: FATAL:  "
        "57P03: "
        "the database system is starting up\nconnection 3 failed: FATAL:  28000: no entry\n");
    EXPECT_EQ(several.sqlstate, "57P03");
    EXPECT_EQ(
        several.words,
        "connection 1 failed: Connection refused; Is the server running?; connection 2 failed: the database "
        "system is starting up; connection 3 failed: no entry");
    for (const char* const plain : {"", "\n", "no code:  here", "a:  12345", "a:  28p01: b", ":  ABCDE:x"})
        EXPECT_EQ(read_connect_failure(plain).sqlstate, "") << plain;
}

TEST(PostgresErrors, TheOperatorIsToldWhatToDo) {
    const auto error = postgres_error(PostgresCall::connect, "53300", "too many clients already");
    EXPECT_EQ(error.fault, SqlFault::full);
    EXPECT_EQ(error.code, "53300");
    EXPECT_THAT(error.detail, AllOf(HasSubstr("too many clients already; raise"), Not(HasSubstr("53300"))));
    EXPECT_EQ(postgres_error(PostgresCall::leases, "XX000", "strange").detail, "strange");
}

}  // namespace
}  // namespace leasehold::postgres_errors_test
