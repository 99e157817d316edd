#include "control/status_page.hpp"

#include <gmock/gmock.h>

#include <set>

namespace leasehold::status_page_test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string field_of(const HttpAnswer& answer, std::string_view name) {
    std::string found;
    for (const auto& [key, value] : answer.fields)
        if (key == name) found += value;
    return found;
}

HttpAnswer get(const HttpRoute& route, const std::string& known = "") {
    HttpRequest request;
    request.method = "GET";
    if (!known.empty()) request.fields.emplace_back("if-none-match", known);
    HttpAnswer answer;
    answer.status = 0;
    route.handler(request, [&answer](HttpAnswer given) { answer = std::move(given); });
    return answer;
}

HttpRoutes all_routes() {
    HttpRoutes routes;
    for (auto& route : status_page_routes()) routes.add(std::move(route));
    return routes;
}

TEST(StatusPage, IsWholeAndNamesNothingThatIsNotHere) {
    const auto routes = all_routes();
    const auto* const page = routes.find("GET", "/");
    ASSERT_NE(page, nullptr);
    const auto answer = get(*page);
    EXPECT_EQ(answer.status, 200u);
    EXPECT_THAT(answer.content_type, StartsWith("text/html"));
    EXPECT_THAT(answer.body, StartsWith("<!DOCTYPE html>"));
    EXPECT_THAT(answer.body, HasSubstr("</html>"));
    for (const auto& [file, type] : {std::pair{"/status.css", "text/css"},
                                     {"/status.js", "text/javascript"},
                                     {"/asking.js", "text/javascript"},
                                     {"/parts.js", "text/javascript"}}) {
        EXPECT_THAT(answer.body, HasSubstr(std::string{"=\""} + (file + 1) + "\""));
        const auto* const route = routes.find("GET", file);
        ASSERT_NE(route, nullptr) << file;
        EXPECT_THAT(get(*route).content_type, StartsWith(type));
        EXPECT_FALSE(get(*route).body.empty());
    }
    for (const PageFile& file : embedded_page()) {
        EXPECT_THAT(std::string{file.text}, Not(HasSubstr("https://"))) << file.path;
        EXPECT_THAT(std::string{file.text}, Not(HasSubstr("//cdn"))) << file.path;
        EXPECT_THAT(std::string{file.text}, Not(HasSubstr("innerHTML"))) << file.path;
        EXPECT_LT(file.text.size(), 64u << 10) << file.path << ": it is to be there at once";
    }
}

TEST(StatusPage, IsForWhoeverMayGiveACommand) {
    for (const auto& route : status_page_routes()) EXPECT_EQ(route.access, RouteAccess::by_command) << route.path;
}

TEST(StatusPage, NothingElseMayBeLoadedOrRun) {
    for (const auto& route : status_page_routes()) {
        const auto answer = get(route);
        const auto policy = field_of(answer, "Content-Security-Policy");
        EXPECT_THAT(policy, StartsWith("default-src 'none'")) << route.path;
        EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
        EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
        EXPECT_EQ(field_of(answer, "X-Content-Type-Options"), "nosniff");
    }
}

TEST(StatusPage, IsSentAgainOnlyWhenItHasChanged) {
    std::set<std::string> tags;
    for (const auto& route : status_page_routes()) {
        const auto first = get(route);
        const auto tag = field_of(first, "ETag");
        EXPECT_THAT(field_of(first, "Cache-Control"), HasSubstr("no-cache"));
        EXPECT_TRUE(tags.insert(tag).second) << "the text decides";
        EXPECT_THAT(tag, testing::MatchesRegex("\"[0-9a-f]{16}\"")) << route.path;
        for (const std::string& known : {tag, "W/" + tag, "\"other\" , " + tag, std::string{"*"}}) {
            const auto again = get(route, known);
            EXPECT_EQ(again.status, 304u) << known;
            EXPECT_TRUE(again.body.empty());
            EXPECT_EQ(field_of(again, "ETag"), tag);
        }
        for (const std::string known : {"\"other\"", "", ",", "W/"}) {
            EXPECT_EQ(get(route, known).status, 200u) << known;
            EXPECT_EQ(get(route, known).body, first.body);
        }
    }
}

}  // namespace
}  // namespace leasehold::status_page_test
