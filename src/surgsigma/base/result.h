// A value or a reason why there is none. Libraries return it; they never print, never exit and never let an exception
// out.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace surgsigma {

enum class ErrorKind {
  kData,      ///< Someone's file is wrong.
  kUsage,     ///< The call makes no sense; the user can mend it.
  kNotFound,  ///< A named thing is not there.
  kIo,        ///< The file system or the machine refused.
  kBusy,      ///< Another process holds the database.
  kVersion,   ///< Made by a newer version of this tool.
  kInternal,  ///< Our own mistake.
};

/// What went wrong, where (`file:line` or the name of a thing) and what to do next.
struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string what;
  std::string where;
  std::string hint;

  bool operator==(const Error&) const = default;
};

/// One line for a person: "where: what (hint)".
std::string to_string(const Error& error);

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: a value is a result
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: so is an error

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

struct Done {
  bool operator==(const Done&) const = default;
};
using Status = Result<Done>;
inline Status done() { return Done{}; }

}  // namespace surgsigma

#define SURGSIGMA_CONCAT_(a, b) a##b
#define SURGSIGMA_CONCAT(a, b) SURGSIGMA_CONCAT_(a, b)
/// SURGSIGMA_TRY(name, expression): `name` is the value of a Result, or the enclosing function returns its error.
#define SURGSIGMA_TRY(name, expression)                                                                    \
  auto SURGSIGMA_CONCAT(result_at_, __LINE__) = (expression);                                              \
  if (!SURGSIGMA_CONCAT(result_at_, __LINE__).ok()) return SURGSIGMA_CONCAT(result_at_, __LINE__).error(); \
  auto name = std::move(SURGSIGMA_CONCAT(result_at_, __LINE__)).value()
/// SURGSIGMA_CHECK(expression): go on if the Status is done, else return its error.
#define SURGSIGMA_CHECK(expression)                          \
  do {                                                       \
    auto status_of_call = (expression);                      \
    if (!status_of_call.ok()) return status_of_call.error(); \
  } while (false)
