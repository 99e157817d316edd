// HTTP requests out of a stream: framing, limits, and octets that are none.
#include "control/http_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leasehold::http_reader_test {
namespace {

using testing::HasSubstr;
using Status = HttpReader::Status;

constexpr std::size_t header_max = 1024, body_max = 1000;

/// Feeds all of it, and takes bodies as they come.
Status feed(HttpReader& reader, std::string& octets) {
    Status status = reader.read(octets);
    if (status != Status::header) return status;
    (void)reader.take_body(body_max);
    return reader.read(octets);
}
Status feed_all(HttpReader& reader, std::string octets) {
    return feed(reader, octets);
}

const std::string post =
    "POST /some/where?a=b HTTP/1.1\r\nHost: x\r\nX-One: Two\r\nContent-Length: 5\r\n\r\nhello";

TEST(HttpReader, WholeRequest) {
    HttpReader reader{header_max};
    ASSERT_EQ(feed_all(reader, post), Status::complete);
    const auto& request = reader.request();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/some/where");
    EXPECT_EQ(request.query, "a=b");
    EXPECT_EQ(request.body, "hello");
    ASSERT_NE(request.field("x-one"), nullptr);
    EXPECT_EQ(*request.field("x-one"), "Two");
    EXPECT_TRUE(request.is_1_1);
    EXPECT_TRUE(request.keep_alive);
}

TEST(HttpReader, OctetByOctet) {
    HttpReader reader{header_max};
    std::string waiting;
    Status status = Status::more;
    for (const char c : post) {
        ASSERT_EQ(status, Status::more);
        waiting += c;
        status = feed(reader, waiting);
    }
    EXPECT_EQ(status, Status::complete);
    EXPECT_EQ(reader.request().body, "hello");
}

TEST(HttpReader, TheNextRequestStays) {
    HttpReader reader{header_max};
    std::string octets = post + post + "GET / HT";
    EXPECT_EQ(feed(reader, octets), Status::complete);
    reader.restart();
    EXPECT_EQ(feed(reader, octets), Status::complete);
    EXPECT_EQ(reader.request().body, "hello");
    reader.restart();
    EXPECT_EQ(feed(reader, octets), Status::more);
}

TEST(HttpReader, Chunks) {
    HttpReader reader{header_max};
    EXPECT_EQ(
        feed_all(reader,
                 "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
        Status::complete);
    EXPECT_EQ(reader.request().body, "abcde");
}

TEST(HttpReader, KeepAlive) {
    struct Case {
        const char* text;
        bool keep_alive, is_1_1;
    };
    const Case cases[] = {
        {"GET / HTTP/1.1\r\n\r\n", true, true},
        {"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", false, true},
        {"GET / HTTP/1.0\r\n\r\n", false, false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, false},
    };
    for (const Case& c : cases) {
        HttpReader reader{header_max};
        ASSERT_EQ(feed_all(reader, c.text), Status::complete) << c.text;
        EXPECT_EQ(reader.request().keep_alive, c.keep_alive) << c.text;
        EXPECT_EQ(reader.request().is_1_1, c.is_1_1) << c.text;
    }
}

TEST(HttpReader, WhatIsNone) {
    struct Case {
        std::string text;
        unsigned status;
    };
    const Case cases[] = {
        {"\x16\x03\x01\x02", 400},
        {std::string(100, '\0'), 400},
        {"{ \"command\": \"list-commands\" }\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
        {"POST / HTTP/1.1\r\nbroken line\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", 413},
        {"POST / HTTP/1.1\r\nContent-Length: 1000000000000\r\n\r\n", 413},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", 413},
        {"POST / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n", 431},
        {"POST / HTTP/1.1\r\nX: " + std::string(2000, 'x'), 431},
        {std::string(5000, 'x'), 431},
    };
    for (const Case& c : cases) {
        HttpReader reader{header_max};
        EXPECT_EQ(feed_all(reader, c.text), Status::bad) << c.text.substr(0, 60);
        EXPECT_EQ(reader.error_status(), c.status) << c.text.substr(0, 60) << ": " << reader.error_text();
        EXPECT_FALSE(reader.error_text().empty());
        std::string more = post;
        EXPECT_EQ(reader.read(more), Status::bad) << "for ever";
    }
}

TEST(HttpReader, ExpectContinue) {
    HttpReader reader{header_max};
    std::string octets = "POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n";
    ASSERT_EQ(reader.read(octets), Status::header);
    EXPECT_TRUE(reader.take_body(body_max));
    EXPECT_TRUE(reader.expects_continue());
    octets = "hello";
    EXPECT_EQ(reader.read(octets), Status::complete);
    EXPECT_FALSE(reader.expects_continue());
}

/// Whatever comes, in whatever pieces, ends in a request, an error or a wait.
TEST(HttpReader, MutilatedRequestsHarmNobody) {
    std::uint32_t random = 12345;
    const auto next = [&random](std::uint32_t below) {
        random = random * 1664525 + 1013904223;
        return (random >> 8) % below;
    };
    for (int round = 0; round < 3000; ++round) {
        std::string text = post;
        for (std::uint32_t i = next(6); i != 0; --i)
            text[next(static_cast<std::uint32_t>(text.size()))] = static_cast<char>(next(256));
        HttpReader reader{header_max};
        std::string waiting;
        Status status = Status::more;
        for (std::size_t at = 0; at < text.size() && status == Status::more;) {
            const std::size_t size = 1 + next(20);
            waiting += text.substr(at, size);
            at += size;
            status = feed(reader, waiting);
        }
        EXPECT_NE(status, Status::header);
    }
}

}  // namespace
}  // namespace leasehold::http_reader_test
