#version 430

in vec3 shade;
in float gloss;
in vec2 uv;
in vec3 occlusion;
flat in float opacity;
flat in int id;
flat in float layer;

uniform sampler2DArray layers;
uniform sampler2D heights;  // blurred height of the furniture: what stands higher takes light

layout(location = 0) out vec4 out_colour;
layout(location = 1) out vec4 out_depth;
layout(location = 2) out int out_id;

void main() {
    vec3 texel = texture(layers, vec3(uv, layer)).rgb * 2.0;
    float above = texture(heights, occlusion.xy).r - occlusion.z;
    float open = 1.0 - 0.26 * clamp(above * 2.2, 0.0, 1.0);
    out_colour = vec4(shade * texel * open + gloss, opacity);
    out_depth = vec4(1.0 / gl_FragCoord.w, 0.0, 0.0, 1.0);  // w is the distance along the axis
    out_id = id;
}
