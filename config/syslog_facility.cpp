#include "config/syslog_facility.hpp"

#include <syslog.h>

#include <algorithm>
#include <array>

namespace leasehold::config {
namespace {

struct Facility {
    std::string_view name;
    int code;
};
constexpr std::array facilities{
    Facility{"kern", LOG_KERN},     Facility{"user", LOG_USER},         Facility{"mail", LOG_MAIL},
    Facility{"daemon", LOG_DAEMON}, Facility{"auth", LOG_AUTH},         Facility{"syslog", LOG_SYSLOG},
    Facility{"lpr", LOG_LPR},       Facility{"news", LOG_NEWS},         Facility{"uucp", LOG_UUCP},
    Facility{"cron", LOG_CRON},     Facility{"authpriv", LOG_AUTHPRIV}, Facility{"ftp", LOG_FTP},
    Facility{"local0", LOG_LOCAL0}, Facility{"local1", LOG_LOCAL1},     Facility{"local2", LOG_LOCAL2},
    Facility{"local3", LOG_LOCAL3}, Facility{"local4", LOG_LOCAL4},     Facility{"local5", LOG_LOCAL5},
    Facility{"local6", LOG_LOCAL6}, Facility{"local7", LOG_LOCAL7},
};

}  // namespace

std::optional<int> syslog_facility(std::string_view name) {
    const auto found = std::ranges::find(facilities, name, &Facility::name);
    return found == facilities.end() ? std::nullopt : std::optional{found->code};
}

std::string syslog_facilities() {
    std::string names;
    for (const Facility& facility : facilities) names.append(names.empty() ? "" : ", ").append(facility.name);
    return names;
}

}  // namespace leasehold::config
