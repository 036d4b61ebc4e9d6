#include "surgsigma/media/clip_writer.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <system_error>
#include <utility>

#include "surgsigma/media/video_av.h"

namespace surgsigma {
namespace {

constexpr int kSmallestSide = 16;
constexpr int kLargestSide = 16384;
constexpr int kLinesOfHd = 720;
constexpr std::array<std::string_view, 10> kPresets = {"ultrafast", "superfast", "veryfast", "faster",   "fast",
                                                      "medium",    "slow",      "slower",   "veryslow", "placebo"};

struct CloseOutput {
  void operator()(AVFormatContext* output) const {
    if (output->pb != nullptr) avio_closep(&output->pb);
    avformat_free_context(output);
  }
};

Error cannot(const std::string& doing, int code, const fs::path& path) {
  return {ErrorKind::kIo, "cannot " + doing + ": " + av::words_of(code), path.string(),
          code == AVERROR(ENOSPC) ? "the disk is full; make room and run again" : ""};
}

Status check(ImageSize size, const ClipSettings& settings, const fs::path& path) {
  const auto wrong = [&](std::string what, std::string hint) {
    return Error{ErrorKind::kUsage, std::move(what), path.string(), std::move(hint)};
  };
  const int shorter = std::min(size.width, size.height), longer = std::max(size.width, size.height);
  if (shorter < kSmallestSide || longer > kLargestSide) {
    return wrong("no clip of " + std::to_string(size.width) + " x " + std::to_string(size.height) + " pixels",
                 "sides of 16 to 16384");
  }
  const FrameRate rate = settings.rate;
  const bool has_rate = rate.num > 0 && rate.den > 0 && rate.num <= 1'000'000 && rate.den <= 1'000'000 &&
                        rate.num <= 1000 * rate.den;
  if (!has_rate) return wrong("no frame rate " + to_string(rate), "up to 1000 frames a second");
  if (settings.crf < 0 || settings.crf > 51) return wrong("no crf " + std::to_string(settings.crf), "0 to 51");
  if (std::find(kPresets.begin(), kPresets.end(), settings.preset) == kPresets.end()) {
    return wrong("no preset '" + settings.preset + "'", "ultrafast to placebo, as x264 names them");
  }
  return done();
}

fs::path unfinished_name(const fs::path& path) {
  static std::atomic<std::uint64_t> counter = 0;
  return path.parent_path() / (".clip-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".mp4");
}

}  // namespace

struct ClipWriter::State {
  fs::path path;
  fs::path unfinished;
  ImageSize size;
  FrameRate rate;
  bool is_hd = false;
  std::int64_t frames = 0;
  bool is_closed = false;
  std::unique_ptr<AVFormatContext, CloseOutput> output;
  av::Owned<AVCodecContext> encoder;
  av::Owned<SwsContext> scaler;
  AVStream* track = nullptr;
  av::FrameRef frame = av::new_frame();
  av::PacketRef packet = av::new_packet();
  Image padded;

  ~State() {
    output.reset();
    std::error_code none;
    if (!unfinished.empty()) fs::remove(unfinished, none);
  }

  Status open_encoder(const ClipSettings& settings);
  Status open_output();
  Status open_scaler();
  const Image& fitted(const Image& image);
  Status convert(const Image& image);
  bool begins_second(std::int64_t index) const {
    return index == 0 || index * rate.den / rate.num != (index - 1) * rate.den / rate.num;
  }
  Status send(AVFrame* picture);
};

Status ClipWriter::State::open_encoder(const ClipSettings& settings) {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  if (codec == nullptr) {
    return Error{ErrorKind::kIo, "this machine's FFmpeg cannot write H.264", path.string(), "install one with libx264"};
  }
  encoder.reset(avcodec_alloc_context3(codec));
  const ImageSize stored = ClipWriter::stored_size(size);
  encoder->width = stored.width;
  encoder->height = stored.height;
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->time_base = {static_cast<int>(rate.den), static_cast<int>(rate.num)};
  encoder->framerate = {static_cast<int>(rate.num), static_cast<int>(rate.den)};
  encoder->gop_size = static_cast<int>(rate.num / rate.den) + 1;  // the first frame of each second is asked for by name
  encoder->thread_count = std::max(settings.threads, 1);
  encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  encoder->color_range = AVCOL_RANGE_MPEG;
  encoder->colorspace = is_hd ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
  encoder->color_primaries = is_hd ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M;
  encoder->color_trc = is_hd ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M;
  encoder->chroma_sample_location = AVCHROMA_LOC_LEFT;
  av_opt_set(encoder->priv_data, "preset", settings.preset.c_str(), 0);
  av_opt_set(encoder->priv_data, "crf", std::to_string(settings.crf).c_str(), 0);
  av_opt_set(encoder->priv_data, "forced-idr", "1", 0);
  av_opt_set(encoder->priv_data, "x264-params", "scenecut=0:open-gop=0", 0);
  const int code = avcodec_open2(encoder.get(), codec, nullptr);
  if (code < 0) return cannot("open the encoder", code, path);
  return done();
}

Status ClipWriter::State::open_output() {
  unfinished = unfinished_name(path);
  AVFormatContext* made = nullptr;
  if (const int code = avformat_alloc_output_context2(&made, nullptr, "mp4", nullptr); code < 0) {
    return cannot("write mp4", code, path);
  }
  output.reset(made);
  output->flags |= AVFMT_FLAG_BITEXACT;
  track = avformat_new_stream(made, nullptr);
  if (track == nullptr) return cannot("write mp4", AVERROR(ENOMEM), path);
  track->time_base = encoder->time_base;
  track->avg_frame_rate = encoder->framerate;
  avcodec_parameters_from_context(track->codecpar, encoder.get());
  const std::string url = "file:" + unfinished.string();
  if (const int code = avio_open(&made->pb, url.c_str(), AVIO_FLAG_WRITE); code < 0) {
    return cannot("make the file", code, path);
  }
  if (const int code = avformat_write_header(made, nullptr); code < 0) return cannot("write the file", code, path);
  return done();
}

Status ClipWriter::State::open_scaler() {
  const int flags = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INP;
  scaler.reset(sws_getContext(encoder->width, encoder->height, AV_PIX_FMT_RGB24, encoder->width, encoder->height,
                              AV_PIX_FMT_YUV420P, flags, nullptr, nullptr, nullptr));
  if (!scaler) return cannot("convert colours", AVERROR(ENOMEM), path);
  const int* matrix = sws_getCoefficients(is_hd ? SWS_CS_ITU709 : SWS_CS_ITU601);
  sws_setColorspaceDetails(scaler.get(), sws_getCoefficients(SWS_CS_DEFAULT), 1, matrix, 0, 0, 1 << 16, 1 << 16);
  frame->format = AV_PIX_FMT_YUV420P;
  frame->width = encoder->width;
  frame->height = encoder->height;
  frame->color_range = encoder->color_range;
  frame->colorspace = encoder->colorspace;
  const int code = av_frame_get_buffer(frame.get(), 0);
  if (code < 0) return cannot("convert colours", code, path);
  return done();
}

/// The image itself, or one of even sides and three channels.
const Image& ClipWriter::State::fitted(const Image& image) {
  const ImageSize stored = ClipWriter::stored_size(size);
  if (image.size() == stored && image.channels == 3) return image;
  if (padded.is_empty()) padded = Image(stored.width, stored.height, 3);
  for (int y = 0; y < stored.height; ++y) {
    for (int x = 0; x < stored.width; ++x) {
      const std::uint8_t* from = image.at(std::min(x, image.width - 1), std::min(y, image.height - 1));
      std::uint8_t* to = padded.at(x, y);
      for (int c = 0; c < 3; ++c) to[c] = from[image.channels == 3 ? c : 0];
    }
  }
  return padded;
}

Status ClipWriter::State::convert(const Image& image) {
  const Image& rgb = fitted(image);
  if (const int code = av_frame_make_writable(frame.get()); code < 0) return cannot("convert colours", code, path);
  const std::uint8_t* planes[4] = {rgb.values.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {static_cast<int>(rgb.row_values()), 0, 0, 0};
  const int rows = sws_scale(scaler.get(), planes, strides, 0, rgb.height, frame->data, frame->linesize);
  if (rows < 0) return cannot("convert colours", rows, path);
  return done();
}

/// Null: no more pictures.
Status ClipWriter::State::send(AVFrame* picture) {
  if (const int code = avcodec_send_frame(encoder.get(), picture); code < 0) return cannot("encode", code, path);
  while (true) {
    const int code = avcodec_receive_packet(encoder.get(), packet.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return done();
    if (code < 0) return cannot("encode", code, path);
    packet->stream_index = track->index;
    packet->duration = 1;
    av_packet_rescale_ts(packet.get(), encoder->time_base, track->time_base);
    if (const int written = av_interleaved_write_frame(output.get(), packet.get()); written < 0) {
      return cannot("write the file", written, path);
    }
  }
}

ClipWriter::ClipWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ClipWriter::ClipWriter(ClipWriter&&) noexcept = default;
ClipWriter& ClipWriter::operator=(ClipWriter&&) noexcept = default;
ClipWriter::~ClipWriter() = default;

Result<ClipWriter> ClipWriter::open(const fs::path& path, ImageSize size, const ClipSettings& settings) {
  av::keep_quiet();
  SURGSIGMA_CHECK(check(size, settings, path));
  auto state = std::make_unique<State>();
  state->path = path;
  state->size = size;
  state->rate = settings.rate;
  state->is_hd = size.height >= kLinesOfHd;
  SURGSIGMA_CHECK(state->open_encoder(settings));
  SURGSIGMA_CHECK(state->open_output());
  SURGSIGMA_CHECK(state->open_scaler());
  return ClipWriter(std::move(state));
}

Status ClipWriter::add(const Image& image) {
  const bool fits = image.size() == state_->size && (image.channels == 1 || image.channels == 3);
  if (!fits || state_->is_closed) {
    return Error{ErrorKind::kUsage,
                 state_->is_closed ? "the clip is closed" : "frame " + std::to_string(state_->frames) + " does not fit",
                 state_->path.string(), "one size, one or three channels, before close()"};
  }
  SURGSIGMA_CHECK(state_->convert(image));
  AVFrame& frame = *state_->frame;
  frame.pts = state_->frames;
  frame.pict_type = state_->begins_second(state_->frames) ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
  ++state_->frames;
  return state_->send(&frame);
}

Status ClipWriter::close() {
  State& state = *state_;
  if (state.is_closed) return Error{ErrorKind::kUsage, "the clip is closed already", state.path.string(), ""};
  state.is_closed = true;
  if (state.frames == 0) return Error{ErrorKind::kUsage, "a clip without frames", state.path.string(), ""};
  SURGSIGMA_CHECK(state.send(nullptr));
  if (const int code = av_write_trailer(state.output.get()); code < 0) return cannot("end the file", code, state.path);
  if (const int code = avio_closep(&state.output->pb); code < 0) return cannot("end the file", code, state.path);
  std::error_code failed;
  fs::rename(state.unfinished, state.path, failed);
  if (failed) return Error{ErrorKind::kIo, "cannot name the file: " + failed.message(), state.path.string(), ""};
  state.unfinished.clear();
  return done();
}

}  // namespace surgsigma
