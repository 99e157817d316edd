// Commands that change the configuration and come while another one is being carried out.
#include "tests/support/command_test.hpp"

namespace leasehold::configuration_changes_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* configuration_text = R"({ "Dhcp4": {
    "lease-database": { "type": "memfile", "persist": false }, "interfaces-config": { "interfaces": [] },
    "subnet4": [ { "id": 1, "subnet": "10.0.0.0/8" } ] } })";

class ConfigurationChanges : public testing_support::CommandTest {
protected:
    ConfigurationChanges() : CommandTest{Family::v4, configuration_text} {}

    /// Gives it and does not wait.
    void give(std::string_view command, const json& arguments) {
        const auto place = answers.size();
        answers.emplace_back();
        run_command(context,
                    testing_support::parsed(json{{"command", command}, {"arguments", arguments}}.dump()), Caller{},
                    [this, place](Answer answer) {
                        answers[place] = std::move(answer);
                        order.push_back(place);
                    });
    }
    void wait_for_all() {
        while (order.size() < answers.size()) loop.run_one();
    }
    void give_subnet(unsigned id) {
        give("subnet4-add",
             {{"subnet4", json::array({{{"id", id}, {"subnet", "192.0." + std::to_string(id) + ".0/24"}}})}});
    }
    ResultCode result(std::size_t place) const { return answers.at(place)->result; }
    json configuration_now() { return ask("config-get", "{}")["arguments"]["Dhcp4"]; }

    std::vector<std::optional<Answer>> answers;
    std::vector<std::size_t> order;
};

TEST_F(ConfigurationChanges, EachIsMadeToWhatTheOneBeforeHasLeft) {
    give_subnet(2);
    give("reservation-add", {{"reservation", {{"subnet-id", 2}, {"hw-address", "1a:1b"}, {"ip-address", "192.0.2.9"}}}});
    give("network4-add", {{"shared-networks", json::array({{{"name", "floor"}}})}});
    give("network4-subnet-add", {{"name", "floor"}, {"id", 2}});
    give("class-add", {{"client-classes", json::array({{{"name", "phone"}}})}});
    give("class-add", {{"client-classes", json::array({{{"name", "desk"}, {"test", "member('phone')"}}})}});
    give("class-del", {{"name", "phone"}});  // which the one before uses
    give_subnet(2);
    EXPECT_TRUE(order.empty());
    const auto waiting = ask("status-get", "{}")["arguments"]["configuration-changes"];
    EXPECT_EQ(waiting, (json{{"under-way", true}, {"waiting", 7}, {"waiting-max", 64}, {"refused", 0}}));
    wait_for_all();
    EXPECT_TRUE(std::ranges::is_sorted(order));
    for (std::size_t place = 0; place < 6; ++place)
        EXPECT_EQ(result(place), ResultCode::success) << place << answers[place]->text;
    EXPECT_THAT(answers[6]->text, HasSubstr("Class 'phone' is used by class 'desk'"));
    EXPECT_THAT(answers[7]->text, HasSubstr("the id 2 is taken"));
    const auto subnet = configuration_now()["shared-networks"][0]["subnet4"][0];
    EXPECT_EQ(subnet["reservations"][0]["ip-address"], "192.0.2.9");
}

TEST_F(ConfigurationChanges, ConfigSetAndReloadTakeTheirTurn) {
    ASSERT_EQ(ask("config-write", "{}")["result"], 0);
    give_subnet(2);
    give("config-reload", json::object());  // forgets it
    give_subnet(3);
    configuration.reload_on_signal();
    give_subnet(4);
    give("config-set", json::parse(configuration_text));
    give_subnet(5);
    wait_for_all();
    for (std::size_t place = 0; place < answers.size(); ++place)
        EXPECT_EQ(result(place), ResultCode::success) << place << answers[place]->text;
    std::vector<int> ids;
    const auto now = configuration_now();
    for (const auto& subnet : now["subnet4"]) ids.push_back(subnet["id"]);
    EXPECT_EQ(ids, (std::vector{1, 5}));
}

TEST_F(ConfigurationChanges, AWrongOneStopsNoOther) {
    give_subnet(2);
    give("subnet4-add", {{"subnet4", json::array({{{"id", 3}, {"subnet", "nonsense"}}})}});
    give("config-set", {{"Dhcp4", {{"no-such-key", 1}}}});
    give_subnet(4);
    wait_for_all();
    EXPECT_EQ(result(0), ResultCode::success);
    EXPECT_EQ(result(1), ResultCode::error);
    EXPECT_EQ(result(2), ResultCode::error);
    EXPECT_EQ(result(3), ResultCode::success);
    EXPECT_EQ(configuration_now()["subnet4"].size(), 3U);
}

TEST_F(ConfigurationChanges, MoreThanMayWaitAreRefused) {
    const auto given = ChangeQueue::commands_waiting_max + 3;  // one of which is under way
    for (unsigned id = 2; id < 2 + given; ++id) give_subnet(id);
    EXPECT_EQ(order.size(), 2U);
    EXPECT_THAT(answers.back()->text, HasSubstr("try again"));
    EXPECT_EQ(ask("status-get", "{}")["arguments"]["configuration-changes"]["refused"], 2);
    wait_for_all();
    EXPECT_EQ(std::ranges::count_if(answers, [](const auto& answer) { return answer->result == ResultCode::success; }),
              static_cast<std::ptrdiff_t>(given - 2));
}

TEST_F(ConfigurationChanges, AllAreAnsweredWhenTheServerStops) {
    for (unsigned id = 2; id < 6; ++id) give_subnet(id);
    channel.close();
    changes.close();
    bool stopped = false;
    server.stop(std::chrono::steady_clock::now() + std::chrono::hours{1}, [&] { stopped = true; });
    wait_for_all();
    while (!stopped) loop.run_one();
    for (std::size_t place = 0; place < answers.size(); ++place) {
        EXPECT_EQ(result(place), ResultCode::error) << place;
        EXPECT_THAT(answers[place]->text, HasSubstr("the server is stopping")) << place;
    }
    EXPECT_EQ(order, (std::vector<std::size_t>{1, 2, 3, 0}));
    EXPECT_EQ(server.config()->subnets.size(), 1U);
}

}  // namespace
}  // namespace leasehold::configuration_changes_test
