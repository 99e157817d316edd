#include "control/change_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace leasehold::change_queue_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ChangeQueueTest : public testing::Test {
protected:
    ChangeQueue::Begin begins(const std::string& name) {
        return [this, name](ChangeQueue::Done done) {
            begun.push_back(name);
            under_way = std::move(done);
        };
    }
    void add(const std::string& name) {
        queue.add(name, begins(name), [this, name](const Answer& answer) { answers.emplace(name, answer.text); });
    }
    void signal(const std::string& name) { queue.add_for_signal(begins(name)); }
    void end(const std::string& text = "made") { std::exchange(under_way, nullptr)(success(text)); }

    ChangeQueue queue{2};
    std::vector<std::string> begun;
    ChangeQueue::Done under_way;
    std::map<std::string, std::string> answers;
};

TEST_F(ChangeQueueTest, OneAfterTheOtherInTheirOrder) {
    add("a");
    add("b");
    add("c");
    EXPECT_THAT(begun, ElementsAre("a"));
    EXPECT_EQ(queue.status(), (ChangeStatus{.under_way = true, .waiting = 2, .waiting_max = 2}));
    end("of a");
    EXPECT_THAT(begun, ElementsAre("a", "b"));
    EXPECT_EQ(answers["a"], "of a");
    end();
    end();
    EXPECT_THAT(begun, ElementsAre("a", "b", "c"));
    EXPECT_EQ(answers.size(), 3U);
    EXPECT_EQ(queue.status(), (ChangeStatus{.waiting_max = 2}));
}

TEST_F(ChangeQueueTest, WhatEndsAtOnceLeavesTheQueueRight) {
    for (const auto* name : {"a", "b"})
        queue.add(name, [](const ChangeQueue::Done& done) { done(failure("no")); },
                  [this, name](const Answer& answer) { answers.emplace(name, answer.text); });
    EXPECT_EQ(answers.size(), 2U);
    EXPECT_EQ(queue.status(), (ChangeStatus{.waiting_max = 2}));
}

TEST_F(ChangeQueueTest, OverTheLimitIsRefusedAndSaysWhatToDo) {
    for (const auto* name : {"a", "b", "c", "d"}) add(name);
    EXPECT_THAT(answers["d"], HasSubstr("'d' was not begun"));
    EXPECT_THAT(answers["d"], HasSubstr("2 commands wait already"));
    EXPECT_THAT(answers["d"], HasSubstr("try again"));
    EXPECT_EQ(queue.status().refused, 1U);
    end();
    add("e");
    EXPECT_FALSE(answers.contains("e"));
}

TEST_F(ChangeQueueTest, SignalsAreNeverRefusedAndDoneOnceWhenTheyComeTogether) {
    for (const auto* name : {"a", "b", "c"}) add(name);
    signal("1");
    signal("2");
    EXPECT_EQ(queue.status().waiting, 3U);
    end();
    add("d");  // behind which a signal is another one
    signal("3");
    while (under_way) end();
    EXPECT_THAT(begun, ElementsAre("a", "b", "c", "1", "d", "3"));
    signal("4");
    signal("5");
    while (under_way) end();
    EXPECT_EQ(begun.size(), 8U) << "the file may have changed since the one under way read it";
}

TEST_F(ChangeQueueTest, ClosingAnswersThoseThatWait) {
    add("a");
    add("b");
    signal("1");
    queue.close();
    EXPECT_THAT(answers["b"], HasSubstr("stopping"));
    add("c");
    signal("2");
    EXPECT_THAT(answers["c"], HasSubstr("'c' was not begun"));
    EXPECT_FALSE(answers.contains("a"));
    end("of a");
    EXPECT_EQ(answers["a"], "of a");
    EXPECT_THAT(begun, ElementsAre("a"));
    EXPECT_EQ(queue.status(), (ChangeStatus{.waiting_max = 2}));
}

}  // namespace
}  // namespace leasehold::change_queue_test
