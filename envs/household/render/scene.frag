#version 430

in vec3 shade;
in vec3 gloss;
in vec3 uv_layer;
in vec3 occlusion;
flat in float opacity;
flat in int id;
in float depth;

uniform sampler2DArray layers;
uniform sampler2D heights;  // blurred height of the furniture: what stands higher takes light

layout(location = 0) out vec4 out_colour;
layout(location = 1) out vec4 out_depth;
layout(location = 2) out int out_id;

void main() {
    vec3 texel = texture(layers, uv_layer).rgb * 2.0;
    float above = texture(heights, occlusion.xy).r - occlusion.z;
    float open = 1.0 - 0.26 * clamp(above * 2.2, 0.0, 1.0);
    out_colour = vec4(shade * texel * open + gloss, opacity);
    out_depth = vec4(depth, 0.0, 0.0, 1.0);
    out_id = id;
}
