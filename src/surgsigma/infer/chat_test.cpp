#include "surgsigma/infer/chat.h"

#include <gtest/gtest.h>

namespace surgsigma {
namespace {

ChatRequest simple() {
  ChatRequest request;
  request.settings.model = "m";
  request.messages = {text_message("user", "How many?")};
  return request;
}

TEST(Chat, SingleTextIsSentAsPlainString) {
  EXPECT_EQ(*request_json(simple()), R"({"model":"m","messages":[{"role":"user","content":"How many?"}]})");
}

TEST(Chat, EverySettingAndPictureIsSent) {
  ChatRequest request = simple();
  request.settings.temperature = 0;
  request.settings.top_p = 0.5;
  request.settings.max_tokens = 64;
  request.settings.seed = 7;
  request.settings.stop = {"END"};
  request.settings.extra = {{"z", 1}, {"chat_template_kwargs", {{"enable_thinking", false}}}};
  request.messages[0].parts.push_back(PicturePart{"foobar", "image/png", "low"});
  request.messages[0].parts.push_back(PictureUrlPart{"https://h/a.jpg", ""});
  EXPECT_EQ(*request_json(request),
            R"({"model":"m","temperature":0.0,"top_p":0.5,"max_tokens":64,"seed":7,"stop":["END"],)"
            R"("chat_template_kwargs":{"enable_thinking":false},"z":1,"messages":[{"role":"user","content":[)"
            R"({"type":"text","text":"How many?"},)"
            R"({"type":"image_url","image_url":{"url":"data:image/png;base64,Zm9vYmFy","detail":"low"}},)"
            R"({"type":"image_url","image_url":{"url":"https://h/a.jpg"}}]}]})");
}

TEST(Chat, HashChangesWithEverythingThatIsAsked) {
  const std::string plain = *request_hash(simple());
  EXPECT_EQ(plain.size(), 32U);
  EXPECT_EQ(*request_hash(simple()), plain);
  ChatRequest other = simple();
  other.settings.model = "n";
  EXPECT_NE(*request_hash(other), plain);
  other = simple();
  other.settings.temperature = 0.1;
  EXPECT_NE(*request_hash(other), plain);
  other = simple();
  other.messages[0].role = "system";
  EXPECT_NE(*request_hash(other), plain);
  other = simple();
  other.messages[0].parts.push_back(PicturePart{"a", "image/png", ""});
  const std::string with_picture = *request_hash(other);
  EXPECT_NE(with_picture, plain);
  other.messages[0].parts[1] = PicturePart{"b", "image/png", ""};
  EXPECT_NE(*request_hash(other), with_picture);
  other.messages[0].parts[1] = PicturePart{"a", "image/jpeg", ""};
  EXPECT_NE(*request_hash(other), with_picture);
}

TEST(Chat, OrderOfExtraKeysDoesNotMatter) {
  ChatRequest a = simple();
  a.settings.extra = {{"x", 1}, {"y", {{"p", 1}, {"q", 2}}}};
  ChatRequest b = simple();
  b.settings.extra = {{"y", {{"q", 2}, {"p", 1}}}, {"x", 1}};
  EXPECT_EQ(*request_json(a), *request_json(b));
  EXPECT_EQ(*request_hash(a), *request_hash(b));
}

std::string complaint(const ChatRequest& request) {
  const auto text = request_json(request);
  EXPECT_EQ(request_hash(request).ok(), text.ok());
  if (text.ok()) return "none";
  EXPECT_EQ(text.error().kind, ErrorKind::kUsage);
  return text.error().what;
}

TEST(Chat, NonsenseIsRefusedWithItsName) {
  ChatRequest request = simple();
  request.settings.model = "";
  EXPECT_EQ(complaint(request), "no model is named");
  request = simple();
  request.settings.temperature = -1;
  EXPECT_EQ(complaint(request), "temperature must be 0 or more");
  request = simple();
  request.settings.extra = {{"stream", true}};
  EXPECT_EQ(complaint(request), "the extra setting 'stream' may not be given this way");
  request = simple();
  request.messages[0].role = "doctor";
  EXPECT_EQ(complaint(request), "there is no role 'doctor'");
  request = simple();
  request.messages[0].parts = {TextPart{"\xFF"}};
  EXPECT_TRUE(complaint(request).starts_with("a text is not valid UTF-8"));
  request.messages[0].parts = {PictureUrlPart{"file:///a.jpg", ""}};
  EXPECT_EQ(complaint(request), "a picture's URL is 'file:///a.jpg'");
  request.messages[0].parts = {PicturePart{"", "image/png", ""}};
  EXPECT_EQ(complaint(request), "a picture has no bytes");
  request.messages[0].parts = {};
  EXPECT_EQ(complaint(request), "a message of the role user has no parts");
  request.messages = {};
  EXPECT_EQ(complaint(request), "there are no messages");
}

}  // namespace
}  // namespace surgsigma
