// Turns of TLS handshakes: some at once, the others later, in their order.
#include "control/handshake_gate.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace leasehold::handshake_gate_test {
namespace {

TEST(HandshakeGate, SomeAtOnceTheOthersLater) {
    boost::asio::io_context loop;
    HandshakeGate gate{loop, {.per_second = 1, .burst = 3}};
    std::vector<int> begun;
    for (int i = 0; i < 6; ++i) gate.enter([&begun, i] { begun.push_back(i); });
    EXPECT_GE(begun.size(), 4u) << "those of a quiet time, and one of now";
    EXPECT_EQ(begun.size() + gate.waiting(), 6u);
}

TEST(HandshakeGate, AllHaveTheirTurn) {
    boost::asio::io_context loop;
    HandshakeGate gate{loop, {.per_second = 1000, .burst = 1}};
    std::vector<int> begun;
    for (int i = 0; i < 50; ++i)
        gate.enter([&, i] {
            begun.push_back(i);
            if (i == 20) gate.enter([&begun] { begun.push_back(50); });
        });
    loop.run();
    ASSERT_EQ(begun.size(), 51u);
    for (int i = 0; i <= 50; ++i) EXPECT_EQ(begun[static_cast<std::size_t>(i)], i);
    EXPECT_EQ(gate.waiting(), 0u);
}

}  // namespace
}  // namespace leasehold::handshake_gate_test
