#include "surgsigma/media/video_decoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
}

#include <algorithm>

namespace surgsigma::av {

Result<Decoder> Decoder::open(const Container& container, const VideoOptions& options, int reorder_depth) {
  const AVCodecParameters& track = *container.track().codecpar;
  const AVCodec* codec = avcodec_find_decoder(track.codec_id);
  if (codec == nullptr) {
    return Error{ErrorKind::kData, std::string("no decoder for the codec ") + avcodec_get_name(track.codec_id),
                 container.name(), "install an FFmpeg that has it, or convert the file"};
  }
  Owned<AVCodecContext> context(avcodec_alloc_context3(codec));
  if (!context || avcodec_parameters_to_context(context.get(), &track) < 0) {
    return Error{ErrorKind::kIo, "no memory for the decoder", container.name(), ""};
  }
  context->thread_count = 1;  // with more, pictures may be out before their damage is known
  context->max_pixels = options.limits.pixels;
  context->pkt_timebase = container.track().time_base;
  context->has_b_frames = std::max(context->has_b_frames, reorder_depth);
  if (const int code = avcodec_open2(context.get(), codec, nullptr); code < 0) {
    return Error{ErrorKind::kData, "cannot decode " + std::string(codec->name) + ": " + words_of(code),
                 container.name(), ""};
  }
  return Decoder(std::move(context));
}

Decoder::Outcome Decoder::send(AVPacket& packet, std::int64_t number) {
  packet.pts = number;
  packet.dts = number;
  return avcodec_send_packet(codec_.get(), &packet) < 0 ? Outcome::kDamaged : Outcome::kDone;
}

void Decoder::send_end() { avcodec_send_packet(codec_.get(), nullptr); }

Decoder::Receipt Decoder::receive(AVFrame& frame) {
  av_frame_unref(&frame);
  const int code = avcodec_receive_frame(codec_.get(), &frame);
  if (code == AVERROR(EAGAIN)) return Receipt::kNeedsMore;
  if (code == AVERROR_EOF) return Receipt::kEnd;
  if (code < 0) {
    frame.pts = AV_NOPTS_VALUE;
    return Receipt::kDamaged;
  }
  const bool is_damaged = frame.decode_error_flags != 0 || (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0;
  return is_damaged ? Receipt::kDamaged : Receipt::kPicture;
}

void Decoder::reset() { avcodec_flush_buffers(codec_.get()); }

}  // namespace surgsigma::av
