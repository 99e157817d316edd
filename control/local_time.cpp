#include "control/local_time.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace leasehold {

std::string local_time(std::int64_t seconds) {
    const auto at = static_cast<std::time_t>(seconds);
    std::tm parts{};
    if (localtime_r(&at, &parts) == nullptr) return std::to_string(seconds);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts)};
}

std::chrono::seconds utc_offset() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    return std::chrono::seconds{localtime_r(&now, &parts) == nullptr ? 0 : parts.tm_gmtoff};
}

std::string format_time(std::string_view format, std::chrono::system_clock::time_point at, TimeZone zone) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(at);
    const auto micros = static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(at - whole).count());
    const auto seconds = std::chrono::system_clock::to_time_t(whole);
    std::array<char, 8> fraction{};
    std::string expanded;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%') {
            expanded += format[i];
        } else if (++i == format.size()) {
            break;  // a lone one at the end would be undefined for strftime
        } else if (format[i] == 'q' || format[i] == 'Q') {
            std::snprintf(fraction.data(), fraction.size(), format[i] == 'q' ? "%03d" : "%06d",
                          format[i] == 'q' ? micros / 1000 : micros);
            expanded += fraction.data();
        } else {
            expanded.append({'%', format[i]});
        }
    }
    std::tm parts{};
    (zone == TimeZone::local ? localtime_r : gmtime_r)(&seconds, &parts);
    std::array<char, 4096> text{};
    return {text.data(), std::strftime(text.data(), text.size(), expanded.c_str(), &parts)};
}

std::string precise_time(std::chrono::system_clock::time_point at, TimeZone zone) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(at);
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(at - whole).count();
    const auto seconds = std::chrono::system_clock::to_time_t(whole);
    std::tm parts{};
    (zone == TimeZone::local ? localtime_r : gmtime_r)(&seconds, &parts);
    std::array<char, 32> text{};
    const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
    std::snprintf(text.data() + size, text.size() - size, ".%06d", static_cast<int>(micros));
    return text.data();
}

}  // namespace leasehold
